"""Ending, outliving, multiplying and signalling processes; system calls nobody needs."""

from autograder.attacks.stage import BLANK, Attack, attempts, hostile, inside
from optlab.checking.diagnose import Status

FAMILY = "process"
LATE = Status.TIMED_OUT


def attacks() -> list[Attack]:
    """Code in a cell, in the graded function, and system calls."""
    return [
        *(hostile(FAMILY, name, source, says) for name, (source, says) in CELLS.items()),
        *(inside(FAMILY, name, body, says) for name, (body, says) in FUNCTIONS.items()),
        *attempts(FAMILY, CALLS),
        hostile(FAMILY, "die in a hundred cells", "os._exit(0)", "process", *["os._exit(0)"] * 100),
        hostile(FAMILY, "die in every function", EVERY, "raised exited"),
        hostile(FAMILY, "last in three cells", "while True: pass", LATE, *["while True: pass"] * 2),
    ]


EVERY = """
def die(*args): os._exit(0)
$target = ewa_corrected = steps_until_unbiased = $quiz = die
"""
CELLS = {
    "os._exit": ("os._exit(0)", "raised exited|ended the Python process"),
    "os._exit with a mark": ("print(3.0)\nos._exit(3)", "ended the Python process"),
    "abort": ("os.abort()", "ended the Python process"),
    "segfault": ("ctypes.string_at(0)", "SIGSEGV"),
    "exit()": ("exit()", BLANK),
    "quit()": ("quit(0)", BLANK),
    "sys.exit": ("sys.exit(0)", "SystemExit|not_attempted"),
    "SystemExit from a hook": (
        "def leave(*a): raise SystemExit\nget_ipython().events.register('post_run_cell', leave)",
        "not_attempted|exited",
    ),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt|not_attempted"),
    "recursion without a bottom": (
        "sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
        "process|RecursionError|not_attempted",
    ),
    "endless cell": ("while True: pass", LATE),
    "endless cell, deaf": (
        "for n in (2, 10, 12, 14, 15, 24, 25): signal.signal(n, signal.SIG_IGN)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        LATE,
    ),
    "sleep": ("time.sleep(10_000)", LATE),
    "one long step in C": ("x = 9 ** 9 ** 8", "timed_out|MemoryError|process"),
    "take the worker's words off the wire": ("while os.read(wire(), 1000): pass", LATE),
    "a thread without an end": (
        "def f():\n    while True: pass\nthreading.Thread(target=f).start()",
        "raised .*new thread",
    ),
    "work at the end": ("import atexit\natexit.register(time.sleep, 10_000)", BLANK),
    "work when collected": (
        "class Bomb:\n    def __del__(self): time.sleep(10_000)\nbomb = Bomb()",
        BLANK,
    ),
    "work when collected, at once": (
        "class Bomb:\n    def __del__(self):\n        while True: pass\nbomb = Bomb()\ndel bomb",
        LATE,
    ),
    "2,000 threads": (
        "threading.stack_size(65536)\nthreads = []\n"
        "try:\n    for _ in range(2000):\n"
        "        threads.append(threading.Thread(target=time.sleep, args=(60,), daemon=True))\n"
        "        threads[-1].start()\nexcept BaseException as error: print(type(error).__name__)",
        "RuntimeError",
    ),
    "busy threads": (
        "def f():\n    a = np.ones((500, 500))\n    while True: a @ a\n"
        "for _ in range(20): threading.Thread(target=f, daemon=True).start()",
        "raised .*new thread",
    ),
    "stop itself": (
        "attempt(lambda: signal.raise_signal(signal.SIGSTOP))",
        "kept out: .*PermissionError|nothing there",
    ),
    "a handler for every signal": (
        "for n in range(1, 65):\n    try: signal.signal(n, lambda *a: None)\n"
        "    except (OSError, ValueError): pass",
        BLANK,
    ),
    "detached process": (
        "def later():\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(1)\n"
        "        open('$canary/late', 'w')\n        os._exit(0)\n    return True\nattempt(later)",
        "kept out: .*PermissionError",
    ),
    "multiprocessing": (
        "import multiprocessing\n"
        "attempt(lambda: multiprocessing.get_context('fork').Process(target=print).start())",
        "kept out: ",
    ),
    "pool of processes": (
        "from concurrent.futures import ProcessPoolExecutor\n"
        "attempt(lambda: ProcessPoolExecutor(1).submit(print).result(1))",
        "kept out: ",
    ),
    "shell escape": (
        "x = !echo $$((6*7))\nattempt(lambda: '42' in x or None)",
        "raised .*PermissionError",
    ),
    "script magic": ("%%bash\necho $$((6*7))", BLANK),
}
FUNCTIONS = {
    "os._exit in the graded function": ("os._exit(0)", "raised exited"),
    "SystemExit in the graded function": ("raise SystemExit(0)", "raised .*SystemExit"),
    "KeyboardInterrupt in the graded function": ("raise KeyboardInterrupt", "raised exited"),
    "GeneratorExit in the graded function": ("raise GeneratorExit", "raised exited"),
    "segfault in the graded function": ("ctypes.string_at(0)", "raised exited"),
    "endless graded function": ("while True: pass", LATE),
    "endless graded function, deaf": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        LATE,
    ),
    "slow graded function": ("time.sleep(0.4)", LATE),
    "fork in the graded function": (
        "os.fork() or os._exit(0)\nraise ValueError(breached('forked'))",
        "raised .*PermissionError",
    ),
    "thread that outlives the call": (
        "threading.Thread(target=lambda: send([]) or os._exit(0)).start()",
        "raised .*new thread",
    ),
    "KeyboardInterrupt subclass": (
        "raise type('Late', (BaseException,), {})('x' * 1000)",
        "raised exited",
    ),
}
PARENT = "os.getppid()"
CALLS = {
    "fork": "os.fork() or os._exit(0)",
    "vfork": "call(58, 220, 0x4111, 0)",
    "clone": "call(56, 220, 17, 0, 0, 0, 0)",
    "clone3": "call(435, 435, bytes(88), 88)",
    "a thread in a new namespace": "call(56, 220, 0x3D0F00 | 0x40000000, 0, 0, 0, 0)",
    "subprocess": "subprocess.run(['/bin/true'])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "exec": "os.execv('/bin/true', ['true'])",
    "system": "os.system('true') == 0 or 1 / 0",
    "popen": "os.popen('echo 42').read() or None",
    "pseudo-terminal": "__import__('pty').fork()",
    "exec from memory": "os.execve(os.memfd_create('x'), ['x'], {})",
    "signal the runner": f"os.kill({PARENT}, 0) or True",
    "signal everybody": "os.kill(-1, 0) or True",
    "signal the group": "os.killpg(0, 0) or True",
    "signal a thread of the runner": f"call(234, 131, {PARENT}, {PARENT}, 0)",
    "queue a signal": f"call(129, 138, {PARENT}, 0, bytes(128))",
    "open the runner's process": f"os.pidfd_open({PARENT})",
    "take the runner's descriptors": f"call(438, 438, {PARENT}, 3, 0)",
    "trace the runner": f"call(101, 117, 0x4206, {PARENT}, 0, 0)",
    "be traced": "call(101, 117, 0, 0, 0, 0)",
    "read the runner's memory": f"call(310, 270, {PARENT}, bytes(64), 1, bytes(64), 1, 0)",
    "write the runner's memory": f"call(311, 271, {PARENT}, bytes(64), 1, bytes(64), 1, 0)",
    "compare with the runner": f"call(312, 272, {PARENT}, {PARENT}, 0, 0, 0)",
    "advise the runner's memory": f"call(440, 440, {PARENT}, bytes(16), 1, 20, 0)",
    "limits of the runner": f"__import__('resource').prlimit({PARENT}, 7)",
    "lift own limits": "__import__('resource').setrlimit(7, (9, 9)) or True",
    "own priority": "os.setpriority(os.PRIO_PROCESS, 0, 5) or True",
    "own scheduling": "os.sched_setaffinity(0, os.sched_getaffinity(0)) or True",
    "real time": "call(144, 119, 0, 1, struct.pack('i', 1))",
    "new session": "os.setsid() or True",
    "another user": "os.setuid(os.getuid()) or True",
    "another user id": "os.setresuid(1, 1, 1) or True",
    "capabilities": "call(125, 90, bytes(8), bytes(24))",
    "new namespaces": "call(272, 97, 0x10000000)",
    "join a namespace": "call(308, 268, 0, 0)",
    "mount": "call(165, 40, b'none', b'$canary', b'tmpfs', 0, 0)",
    "new mount": "call(428, 428, -100, b'/', 1)",
    "change the root": "os.chroot('/')",
    "personality": "call(135, 92, 0xFFFFFFFF)",
    "prctl": "call(157, 167, 4, 1, 0, 0, 0)",
    "seccomp": "call(317, 277, 1, 0, 0)",
    "loosen Landlock": "call(444, 444, bytes(8), 8, 0)",
    "bpf": "call(321, 280, 0, bytes(128), 128)",
    "perf events": "call(298, 241, bytes(128), 0, -1, -1, 0)",
    "userfaultfd": "call(323, 282, 1)",
    "memfd": "os.memfd_create('x')",
    "secret memory": "call(447, 447, 0)",
    "shared memory": "call(29, 194, 0x5eed, 4096, 0o1600)",
    "semaphores": "call(64, 190, 0x5eed, 1, 0o1600)",
    "message queue": "call(68, 186, 0x5eed, 0o1600)",
    "POSIX message queue": "call(240, 180, b'x', 0o102, 0o600, 0)",
    "POSIX shared memory": "__import__('_posixshmem').shm_open('/x', os.O_CREAT | os.O_RDWR)",
    "keyrings": "call(250, 219, 0, -3, 1)",
    "add a key": "call(248, 217, b'user', b'x', b'y', 1, -3)",
    "timers": "signal.setitimer(signal.ITIMER_REAL, 1000) and True",
    "POSIX timers": "call(222, 107, 1, 0, bytes(8))",
    "kexec": "call(246, 104, 0, 0, 0, 0)",
    "kernel module": "call(175, 105, b'', 0, b'')",
    "reboot": "call(169, 142, 0, 0, 0, 0)",
    "kernel log": "call(103, 116, 3, bytes(8), 8)",
    "host name": "call(170, 161, b'x', -1)",
    "clock": "call(227, 112, 999, bytes(16))",
    "terminal input": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    "own another's signals": f"__import__('fcntl').fcntl(0, 8, {PARENT})",
    "leases": "__import__('fcntl').fcntl(0, 1024, 0)",
    "inotify": "call(294, 26, 0)",
    "fanotify": "call(300, 262, 0, 0)",
    "file handles": "call(304, 265, 0, bytes(64), 0)",
    "x32 numbers": "call(0x40000000 | 39, -1, 0)",
}
