"""The sandbox refuses what a learner's code does not need, to root and to an ordinary user."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from permissions import open_folder

from autograder.judge.runner import sandbox

RUNNER = Path(sandbox.__file__).parent
NOBODY = 65534
pytestmark = [
    # Asked of the kernel, not of the sandbox: one that is broken must not skip its own tests.
    pytest.mark.skipif(
        sys.platform != "linux" or ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 1,
        reason="this kernel has no Landlock",
    ),
    # `available` forks; the runner calls it before there are threads, a test process cannot
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

# Runs pieces of code inside the sandbox, each on its own, and prints what became of them.
INSIDE = """
import ctypes, ctypes.util, errno, fcntl, json, mmap, os, resource, signal, socket, subprocess, sys
import struct, threading, time
job = json.load(sys.stdin)
sys.path.insert(0, job["runner"])
import sandbox
from pathlib import Path
import numpy as np
import matplotlib
np.random.default_rng()
libc = ctypes.CDLL(None, use_errno=True)
def call(name_x86_64, name_aarch64, *arguments):
    number = name_x86_64 if os.uname().machine == "x86_64" else name_aarch64
    words = [a if isinstance(a, bytes) else ctypes.c_ulong(a) for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
parent, paths = os.getppid(), sandbox.python_paths()
if job["uid"] is not None:
    os.setgroups([]); os.setgid(job["uid"]); os.setuid(job["uid"])
if job["version"]:
    real_call = sandbox._call
    sandbox._call = lambda problem, *rest: (
        job["version"] if rest == (sandbox.CREATE_RULESET, 0, 0, 1) else real_call(problem, *rest)
    )
readable, outside = job["readable"], job["outside"]
descriptor = os.open(readable + "/file", os.O_RDONLY)
wire, other = socket.socketpair()
box = sandbox.prepare([*paths, Path(readable)])
box.enter()
def outcome(code):
    try:
        exec(code, globals())
    except BaseException as error:
        number = getattr(error, "errno", None)
        return errno.errorcode.get(number) or f"{type(error).__name__}: {error}"
    return "done"
print(json.dumps({name: outcome(code) for name, code in job["codes"].items()}))
"""

# int 0x80 with the number of getpid: i386's calls have other numbers than the filter's.
DROPPED = """
import os, sys
sys.path.insert(0, sys.argv[1])
import sandbox
sandbox._drop_capabilities(sandbox.SET_CAPABILITIES[sandbox.MACHINES[os.uname().machine][0]])
sandbox.limit(1 << 30, 10)
lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(*(int(lines[name], 16) for name in ("CapInh", "CapPrm", "CapEff")), os.nice(0))
"""

I386_CALL = """
import ctypes, mmap
page = mmap.mmap(-1, 4096)
page.write(bytes.fromhex("b814000000cd80c3"))
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
assert libc.mprotect(ctypes.c_void_p(address), 4096, mmap.PROT_READ | mmap.PROT_EXEC) == 0
ctypes.CFUNCTYPE(ctypes.c_int)(address)()
"""

# Every attempt would be harmless if it were let through: no sandbox is certain before its test.
REFUSED = {
    # files
    "read a file outside": "open(outside + '/file').read()",
    "read /etc/passwd": "open('/etc/passwd').read()",
    "list the root": "os.listdir('/')",
    "list the home folder": "os.listdir(os.path.expanduser('~root'))",
    "read own /proc": "open('/proc/self/environ', 'rb').read()",
    "read the parent's environment": "open(f'/proc/{parent}/environ', 'rb').read()",
    "read the parent's memory": "open(f'/proc/{parent}/mem', 'rb').read(1)",
    "list the parent's files": "os.listdir(f'/proc/{parent}/fd')",
    "resolve the parent's folder": "os.readlink(f'/proc/{parent}/cwd')",
    "write outside": "open(outside + '/file', 'w').write('x')",
    "append": "open(readable + '/file', 'a').write('x')",
    "write": "open(readable + '/file', 'r+').write('x')",
    "create": "open(readable + '/new', 'w')",
    "create without a name": "os.open(readable, os.O_TMPFILE | os.O_RDWR)",
    "truncate": "os.truncate(readable + '/file', 0)",
    "truncate while reading": "os.open(readable + '/file', os.O_RDONLY | os.O_TRUNC)",
    "truncate an open file": "os.ftruncate(descriptor, 0)",
    "unlink": "os.unlink(readable + '/file')",
    "rename": "os.rename(readable + '/file', readable + '/other')",
    "rename outside": "os.rename(outside + '/file', outside + '/other')",
    "link": "os.link(readable + '/file', readable + '/link')",
    "symlink": "os.symlink('/etc/passwd', readable + '/link')",
    "mkdir": "os.mkdir(readable + '/folder')",
    "rmdir": "os.rmdir(outside + '/folder')",
    "mknod": "os.mkfifo(readable + '/pipe')",
    "chmod": "os.chmod(readable + '/file', 0o777)",
    "chmod an open file": "os.chmod(descriptor, 0o777)",
    "chown": "os.chown(readable + '/file', os.getuid(), os.getgid())",
    "utime": "os.utime(readable + '/file')",
    "setxattr": "os.setxattr(readable + '/file', 'user.x', b'1')",
    "chdir": "os.chdir(outside)",
    "chroot": "os.chroot(readable)",
    "mount": "call(165, 40, b'none', readable.encode(), b'tmpfs', 0, 0)",
    "memfd": "os.memfd_create('x')",
    "lock a file": "fcntl.flock(descriptor, fcntl.LOCK_EX)",
    "lease a file": "fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "inotify": "call(294, 26, 0)",
    # network
    "TCP": "socket.socket()",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "IPv6": "socket.socket(socket.AF_INET6)",
    "Unix socket": "socket.socket(socket.AF_UNIX)",
    "netlink": "socket.socket(socket.AF_NETLINK)",
    "socket pair": "socket.socketpair()",
    "io_uring": "call(425, 425, 1, 0)",
    # processes
    "fork": "os.fork() or os._exit(0)",
    "vfork": "call(58, 220, 0x4111, 0)",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "subprocess": "subprocess.run(['/bin/true'])",
    "exec": "os.execv('/bin/true', ['true'])",
    "exec an open file": "os.execve(descriptor, ['true'], {})",
    "shell": "assert os.system('true') == 0",
    "new namespaces": "call(272, 97, 0x10000000)",
    "a thread": "call(56, 220, 0x3D0F00, 0, 0, 0, 0)",
    "a thread with a namespace": "call(56, 220, 0x3D0F00 | 0x40000000, 0, 0, 0, 0)",
    "a thread that is not a thread": "call(56, 220, 17, 0, 0, 0, 0)",
    "signal the parent": "os.kill(parent, 0)",
    "signal everybody": "os.kill(-1, 0)",
    "signal the group": "os.killpg(0, 0)",
    "signal a thread": "call(234, 131, parent, parent, 0)",
    "queue a signal": "call(129, 138, parent, 0, bytes(128))",
    "own another's signals": "fcntl.fcntl(descriptor, fcntl.F_SETOWN, parent)",
    "send out of band": "wire.send(b'x', socket.MSG_OOB)",
    "peek at the wire": "wire.recv(1, socket.MSG_PEEK)",
    "pidfd": "os.pidfd_open(parent)",
    "ptrace": "call(101, 117, 0x4206, parent, 0, 0)",
    "be traced": "call(101, 117, 0, 0, 0, 0)",
    "read another's memory": "call(310, 270, parent, bytes(64), 1, bytes(64), 1, 0)",
    "write another's memory": "call(311, 271, parent, bytes(64), 1, bytes(64), 1, 0)",
    "compare processes": "call(312, 272, parent, parent, 0, 0, 0)",
    "limits of another": "resource.prlimit(parent, resource.RLIMIT_CPU)",
    "own limits": "call(302, 261, 0, resource.RLIMIT_NOFILE, struct.pack('QQ', 8, 8), 0)",
    "priority": "os.setpriority(os.PRIO_PROCESS, 0, 1)",
    "affinity": "os.sched_setaffinity(0, os.sched_getaffinity(0))",
    "new session": "os.setsid()",
    "become another user": "os.setuid(os.getuid())",
    # the kernel
    "prctl": "call(157, 167, 4, 1, 0, 0, 0)",
    "personality": "call(135, 92, 0xFFFFFFFF)",
    "capabilities": "call(126, 91, bytes(8), bytes(24))",
    "keyrings": "call(250, 219, 0, -3 , 1)",
    "bpf": "call(321, 280, 0, bytes(128), 128)",
    "perf": "call(298, 241, bytes(128), 0, -1, -1, 0)",
    "userfaultfd": "call(323, 282, 1)",
    "seccomp": "call(317, 277, 2, 0, b'')",
    "shared memory": "call(29, 194, 0, 4096, 0o600)",
    "message queue": "call(240, 180, b'x', 0o102, 0o600, 0)",
    "timers": "signal.setitimer(signal.ITIMER_REAL, 1000)",
    "terminal": "fcntl.ioctl(descriptor, 0x5412, b'x')",
    "reboot": "call(169, 142, 0, 0, 0, 0)",
    "clock": "call(227, 112, 999, bytes(16))",
    "host name": "call(170, 161, b'x', -1)",
    "writable code": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "poison a page": "mmap.mmap(-1, 4096).madvise(100)",
    "kernel log": "call(103, 116, 3, bytes(8), 8)",
}
if os.uname().machine == "x86_64":
    REFUSED["x32 numbers"] = "call(0x40000000 | 39, 0)"

UNKNOWN = {"clone3": "call(435, 435, bytes(88), 88)"}
WORKS = {
    "read what is readable": "assert open(readable + '/file').read() == 'before'",
    "see metadata": "os.stat(outside + '/file')",
    "no thread, as Python says it": (
        "try: threading.Thread(target=print).start(); assert False\n"
        "except RuntimeError as error: assert 'new thread' in str(error)"
    ),
    "give memory back": "mmap.mmap(-1, 8192).madvise(mmap.MADV_DONTNEED)",
    "locks and timeouts": "assert not threading.Event().wait(0.001)",
    "arrays": "assert np.linalg.solve(2 * np.eye(200), np.ones(200)).sum() == 100",
    "random numbers": "np.random.default_rng(); os.urandom(8)",
    "time": "time.sleep(0.001); time.localtime(); time.process_time()",
    "write to /dev/null": "print('x', file=open(os.devnull, 'w'))",
    "pipes": "r, w = os.pipe(); os.write(w, b'x'); assert os.read(r, 1) == b'x'",
    "a large array": "np.ones(10_000_000).sum()",
}
NEEDS_FILES = {  # these read the Python environment, which an ordinary user may not be able to do
    "import a module": "import xml.dom.minidom, sqlite3, turtledemo",
    "time zones": "import zoneinfo",
    "widgets": "import ipywidgets; ipywidgets.IntSlider()",
    "a figure": (
        "import io, matplotlib.figure; f = matplotlib.figure.Figure();"
        "f.subplots().set_title('$x$'); b = io.BytesIO(); f.savefig(b);"
        "assert b.getvalue().startswith(b'\\x89PNG')"
    ),
}


@pytest.fixture(scope="module", params=["this user", "nobody", "the first Landlock"])
def inside(request):
    """What became of every piece of code, tried by one confined process."""
    uid = None
    if request.param == "nobody":
        if os.getuid() != 0:
            pytest.skip("only root can become nobody")
        uid = NOBODY
    with open_folder() as folder:
        yield seen_inside(folder, uid, 1 if request.param == "the first Landlock" else None)
        left = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
        assert left == {
            f"{a}{b}" for a in ("readable", "outside") for b in ("", "/file", "/folder")
        }
        assert {path.read_text() for path in folder.glob("*/file")} == {"before"}


def seen_inside(folder, uid, version):
    for name in ("readable", "outside"):
        (folder / name / "folder").mkdir(parents=True)
        (folder / name / "file").write_text("before")
    if uid:  # nobody's own files: only the sandbox stands in the way
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid)
    readable = os.access(sys.prefix, os.R_OK) and not uid
    codes = (
        REFUSED
        | {"clone3": "call(435, 435, bytes(88), 88)"}
        | WORKS
        | (NEEDS_FILES if readable else {})
    )
    done = start_inside(codes, folder, uid, version)
    assert done.returncode == 0, (done.returncode, done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def start_inside(codes, folder, uid=None, version=None):
    job = {
        "runner": str(RUNNER),
        "readable": str(folder / "readable"),
        "outside": str(folder / "outside"),
        "uid": uid,
        "version": version,
        "codes": codes,
    }
    return subprocess.run(
        [sys.executable, "-P", "-c", INSIDE],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"MPLCONFIGDIR": str(folder / "outside"), "OPENBLAS_NUM_THREADS": "1"},
    )


@pytest.mark.skipif(os.getuid() != 0, reason="only root has capabilities to drop")
def test_roots_child_keeps_no_capability_but_to_read_and_goes_last():
    done = subprocess.run(
        [sys.executable, "-P", "-c", DROPPED, str(RUNNER)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["0", "4", "4", str(min(19, os.nice(0) + 10))]


@pytest.mark.parametrize("name", REFUSED)
def test_refused(inside, name):
    expected = {"EPERM", "EACCES"}
    if name == "shell":
        expected = {"AssertionError: "}
    assert inside[name] in expected


@pytest.mark.parametrize("name", WORKS)
def test_works(inside, name):
    assert inside[name] == "done"


@pytest.mark.parametrize("name", NEEDS_FILES)
def test_works_with_files(inside, name):
    if name not in inside:
        pytest.skip("this user cannot read the Python environment")
    assert inside[name] == "done"


def test_clone3_does_not_exist(inside):
    """glibc then falls back on clone, whose flags the filter can see."""
    assert inside["clone3"] == "ENOSYS"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has a second table")
def test_a_call_through_another_table_is_deadly(tmp_path):
    (tmp_path / "readable").mkdir()
    (tmp_path / "readable" / "file").touch()
    assert start_inside({"i386": I386_CALL}, tmp_path).returncode in (-31, -11)  # SIGSYS, SIGSEGV


def test_every_number_is_listed_once():
    entries = [entry.split() for entry in sandbox.ALLOWED.replace("\n", " ").split(",")]
    for column in (1, 2):
        numbers = [entry[column] for entry in entries if entry[column] != "-"]
        assert len(set(numbers)) == len(numbers)


def test_it_is_available():
    assert sandbox.available() is None


def test_an_unknown_machine_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox.platform, "machine", lambda: "riscv64")
    assert "riscv64" in sandbox.available()


@pytest.mark.parametrize("layer", ["_call", "_prctl"])
def test_available_names_the_layer_that_is_missing(monkeypatch, layer):
    real = getattr(sandbox, layer)

    def fail(what, number, *arguments):
        if number in (sandbox.RESTRICT_SELF, sandbox.PR_SET_SECCOMP):
            raise sandbox.SandboxError("this layer is missing")
        return real(what, number, *arguments)

    monkeypatch.setattr(sandbox, layer, fail)
    assert sandbox.available() == "this layer is missing"


def test_available_notices_a_filter_that_lets_through(monkeypatch):
    everything = sandbox._step(sandbox.RETURN, sandbox.ALLOW)
    monkeypatch.setattr(sandbox, "_filter", lambda *_: everything)
    assert "sockets" in sandbox.available()
