"""Filling memory, outputs and disks."""

from autograder.attacks.stage import BLANK, Attack, attempts, hostile, inside

FAMILY = "memory, disk"


def attacks() -> list[Attack]:
    """In a cell, in the graded function, in files."""
    return [
        *(hostile(FAMILY, name, source, says) for name, (source, says) in CELLS.items()),
        *(inside(FAMILY, name, body, says) for name, (body, says) in FUNCTIONS.items()),
        *attempts(FAMILY, WRITTEN),
    ]


CELLS = {
    "terabyte array": ("np.ones(10**12)", "MemoryError"),
    "terabyte of zeros": ("np.zeros(10**12)", "MemoryError"),
    "endless list": ("x = []\nwhile True: x.append(bytearray(1 << 24))", "out of memory|Memory"),
    "endless list in a function": (
        "def f():\n    x = []\n    while True: x.append(bytearray(1 << 24))\nf()",
        "MemoryError|timed_out",
    ),
    "endless text": ("x = 'x'\nwhile True: x += x", "MemoryError"),
    "mapped memory": ("x = [mmap.mmap(-1, 1 << 30) for _ in range(1000)]", "OSError|Memory"),
    "memory by malloc": (
        "malloc = ctypes.CDLL(None).malloc\nmalloc.restype = ctypes.c_void_p\n"
        "while malloc(1 << 20): pass",
        "not_attempted|out of memory",
    ),
    "memory in a thread": (
        "def f():\n    x = []\n    while True: x.append(bytearray(1 << 24))\n"
        "threading.Thread(target=f).start()\ntime.sleep(0.3)",
        "raised .*new thread",
    ),
    "50 MB on one line": ("print('x' * 50_000_000)", "too long and was cut"),
    "50 MB of results": ("'x' * 50_000_000", BLANK),
    "50 MB in an exception": ("raise ValueError('x' * 50_000_000)", "raised"),
    "endless printing": ("while True: print('x' * 1000)", "timed_out"),
    "endless warnings": ("while True: print('x' * 1000, file=sys.stderr)", "timed_out"),
    "100,000 outputs": ("for i in range(100_000): display(i)", BLANK),
    "outputs cleared": (
        "from IPython.display import clear_output\n"
        "for i in range(20_000): print(i); clear_output()",
        BLANK,
    ),
    "a million characters of control": ("print('\\x1b[31m\\0' * 1_000_000)", BLANK),
    "a figure of 400 megapixels": (
        "import matplotlib.pyplot as plt\nplt.figure(figsize=(200, 200), dpi=100)\nplt.plot([1])",
        "not_attempted|process|timed_out",
    ),
    "a picture that grows": (
        "import zlib\nfrom IPython.display import Image\n"
        "def chunk(kind, data):\n"
        "    body = kind + data\n"
        "    return struct.pack('>I', len(data)) + body + struct.pack('>I', zlib.crc32(body))\n"
        "header = struct.pack('>IIBBBBB', 9999, 9999, 8, 0, 0, 0, 0)\n"
        "png = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', header)"
        " + chunk(b'IDAT', zlib.compress(bytes(9999 * 999))) + chunk(b'IEND', b'')\n"
        "Image(png, format='png')",
        BLANK,
    ),
    "all file descriptors": (
        "try:\n    x = [open(os.devnull) for _ in range(10_000)]\n"
        "except OSError as error: print(error)",
        "Too many open files",
    ),
    "full pipes": (
        "import fcntl\ntry:\n    for _ in range(10_000):\n        r, w = os.pipe()\n"
        "        fcntl.fcntl(w, 4, os.O_NONBLOCK)\n        os.write(w, bytes(1 << 16))\n"
        "except OSError as error: print(error)",
        "Too many open files|unavailable",
    ),
}
FUNCTIONS = {
    "terabyte array in the graded function": ("return np.ones(10**12)", "raised"),
    "everything kept in the graded function": (
        "x = []\nwhile True: x.append(bytearray(1 << 22))",
        "raised|timed_out",
    ),
    "a large result": ("return np.ones(2**22)", "refused oversize|raised exited|timed_out"),
    "a result of nested lists": (
        "return [[[1.0] * 50] * 50] * 50",
        "refused oversize|raised exited|timed_out",
    ),
    "all memory in an exception": ("raise ValueError('x' * 10**9)", "raised"),
}
BIG = "b'x' * 1000"
WRITTEN = {
    "write outside": f"open('$canary/new', 'wb').write({BIG})",
    "write to /tmp": f"open('/tmp/canary-of-the-course', 'wb').write({BIG})",
    "write to shared memory": f"open('/dev/shm/canary-of-the-course', 'wb').write({BIG})",
    "write a temporary file": f"__import__('tempfile').TemporaryFile().write({BIG})",
    "write here": f"open('new', 'wb').write({BIG})",
    "write a file without a name": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "append": f"open('$canary/secret', 'ab').write({BIG})",
    "truncate": "os.truncate('$canary/open', 0) or True",
    "truncate while reading": "os.open('$canary/open', os.O_RDONLY | os.O_TRUNC)",
    "make room": "os.posix_fallocate(os.open('$canary/open', os.O_RDWR), 0, 10) or True",
    "unlink": "os.unlink('$canary/open') or True",
    "rename": "os.rename('$canary/open', '$canary/other') or True",
    "link": "os.link('$canary/open', '$canary/link') or True",
    "symlink": "os.symlink('/etc/passwd', '$canary/link') or True",
    "mkdir": "os.mkdir('$canary/folder') or True",
    "mkfifo": "os.mkfifo('$canary/pipe') or True",
    "chmod": "os.chmod('$canary/open', 0o755) or True",
    "chown": "os.chown('$canary/open', os.getuid(), os.getgid()) or True",
    "utime": "os.utime('$canary/open', (1, 1)) or True",
    "setxattr": "os.setxattr('$canary/open', 'user.x', b'1') or True",
    "lock": "__import__('fcntl').flock(os.open('$canary/open', os.O_RDONLY), 2) or True",
    "numpy.save": "np.save('$canary/new', np.ones(10)) or True",
    "memory map of a file": "np.memmap('$canary/open', mode='r+')",
    "savefig": "__import__('matplotlib.figure').figure.Figure().savefig('$canary/new.png') or True",
    "database": "__import__('sqlite3').connect('$canary/new.db').execute('create table x (y)')",
    "log file": "__import__('logging').FileHandler('$canary/new.log')",
    "core dump": "__import__('resource').setrlimit(4, (-1, -1)) or True",
}
