"""Takes every right from this process that a learner's code does not need. Linux only.

Three layers, each of the kernel, none of which can be taken off again:

- Landlock: files are readable below the given paths and nowhere else; nothing is writable but
  /dev/null. (Metadata stays visible: `os.stat` works everywhere.)
- seccomp: an allowlist of system calls. There are no sockets, no new processes, programs or
  threads, no signals to others, no changes of modes, owners or times. What is not listed answers
  EPERM. Without threads a child is one task on one processor: nothing it does takes time from the
  others, whoever started it and whether or not there are control groups.
- no capabilities where the grader runs as root, resource limits, closed file descriptors, an empty
  environment and a lower priority.

`prepare` runs once in the warm process, `enter` in every child right after the fork, while it has
a single thread. Whatever fails raises `SandboxError`, and the child must then run nothing.

The few system calls are made here, with ctypes: the libraries that wrap them are young or dormant,
and what holds a class's marks together should be short enough to be read in one sitting.
"""

import _thread
import contextlib
import ctypes
import os
import platform
import resource
import signal
import socket
import stat
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# name, number on x86_64, number on aarch64 ("-": it does not exist there)
ALLOWED = """
    read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, lseek 8 62, close 3 57,
    fstat 5 80, newfstatat 262 79, statx 332 291, stat 4 -, lstat 6 -, access 21 -,
    faccessat 269 48, faccessat2 439 439, readlink 89 -, readlinkat 267 78, getdents64 217 61,
    getcwd 79 17, dup 32 23, dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, poll 7 -,
    ppoll 271 73, select 23 -, pselect6 270 72,
    munmap 11 215, mremap 25 216, brk 12 214,
    futex 202 98, set_robust_list 273 99, rseq 334 293, sched_yield 24 124,
    sched_getaffinity 204 123, getcpu 309 168, exit 60 93, exit_group 231 94,
    rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, sigaltstack 131 132,
    restart_syscall 219 128, gettid 186 178, getpid 39 172, getppid 110 173, getuid 102 174,
    geteuid 107 175, getgid 104 176, getegid 108 177, uname 63 160, sysinfo 99 179,
    getrusage 98 165, times 100 153, clock_gettime 228 113, clock_getres 229 114,
    clock_nanosleep 230 115, nanosleep 35 101, gettimeofday 96 169, time 201 -, getrandom 318 278
"""
# Allowed when `argument & mask` is one of the values: name, x86_64, aarch64, argument, mask, values
GET_AND_SET = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_[GS]ETFD, F_[GS]ETFL, F_DUPFD_CLOEXEC: no owners
TRUNCATE = os.O_TRUNC
WRITE_OR_EXECUTE = (0, 2, 4)  # PROT_WRITE, PROT_EXEC: not both
ADVICE = (0, 1, 2, 3, 4, 8, 14, 15)  # what allocators say of memory; none that takes pages away
ALL = 0xFFFFFFFF
CHECKED = (
    ("fcntl", 72, 25, 1, ALL, GET_AND_SET),
    # Before its version 3 Landlock does not see that opening for reading may truncate.
    ("openat", 257, 56, 2, os.O_ACCMODE | TRUNCATE, (0, 1, 2, 1 | TRUNCATE, 2 | TRUNCATE)),
    # The wire needs no flags, and those of local sockets had a flaw before (MSG_OOB).
    ("recvfrom", 45, 207, 3, ALL, (0,)),
    ("sendto", 44, 206, 3, ALL, (0, socket.MSG_NOSIGNAL)),
    ("mmap", 9, 222, 2, 6, WRITE_OR_EXECUTE),
    ("mprotect", 10, 226, 2, 6, WRITE_OR_EXECUTE),
    ("madvise", 28, 233, 2, ALL, ADVICE),
)
# glibc asks for clone3 first and on ENOSYS for clone, which is not listed; so Python says of a
# thread that it cannot be started.
UNKNOWN = (("clone3", 435, 435),)
# machine -> (column above, AUDIT_ARCH)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

LOAD, AND, EQUAL, RETURN = 0x20, 0x54, 0x15, 0x06  # BPF: ld [k], and k, jeq k, ret k
KILL, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
REFUSE, NO_SUCH_CALL = ERRNO | 1, ERRNO | 38  # EPERM, ENOSYS

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers everywhere
SET_CAPABILITIES = (126, 91)
# Root reads what Landlock lets it read, also below a home folder that is closed to others.
CAP_DAC_READ_SEARCH = 1 << 2
WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
# Landlock's version -> how many kinds of file access it knows
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
PRIORITY = 10  # lower than that of the processes that wait for the child
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.syscall.argtypes = (ctypes.c_long, *(ctypes.c_void_p,) * 4)  # of the size of a register
_libc.prctl.argtypes = (ctypes.c_int, *(ctypes.c_void_p,) * 4)


class SandboxError(Exception):
    """A layer could not be put on; the text is a phrase that says which."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@dataclass(frozen=True)
class Sandbox:
    """What can be made ready before the fork."""

    ruleset: int
    filter: bytes
    set_capabilities: int

    def enter(self) -> None:
        """Confine this process and all that it starts, for good."""
        _prctl("tie the child to its runner", PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl("give up new privileges", PR_SET_NO_NEW_PRIVS, 1)
        _call("enter Landlock", RESTRICT_SELF, self.ruleset, 0)
        os.close(self.ruleset)
        if os.geteuid() == 0:
            _drop_capabilities(self.set_capabilities)
        program = _Program(len(self.filter) // 8, self.filter)
        _prctl("install the system call filter", PR_SET_SECCOMP, 2, ctypes.addressof(program))


def prepare(readable: Iterable[Path]) -> Sandbox:
    """Make the rules: files below `readable` may be read."""
    if platform.machine() not in MACHINES or sys.platform != "linux":
        raise SandboxError(f"no rules for {platform.system()} on {platform.machine()}")
    column, architecture = MACHINES[platform.machine()]
    return Sandbox(
        ruleset=_ruleset(readable),
        filter=_filter(column, architecture),
        set_capabilities=SET_CAPABILITIES[column],
    )


def python_paths() -> list[Path]:
    """What Python, its packages, Matplotlib's fonts and time zones have to read."""
    named = sysconfig.get_paths()
    folders = [named[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [sysconfig.get_config_var("LIBDIR"), "/lib", "/lib64", "/usr/lib", "/usr/lib64"]
    folders += ["/etc/ld.so.cache", "/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts"]
    folders += ["/usr/share/fontconfig", "/usr/share/zoneinfo", "/etc/localtime", "/dev/urandom"]
    return [Path(folder) for folder in dict.fromkeys(folders) if folder]


def limit(memory: int, cpu_seconds: int) -> None:
    """Cap memory (bytes above what the process holds now) and processor time; write no file.

    The grader's own processes go first where processors are scarce.
    """
    os.nice(PRIORITY)
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = memory + _address_space()
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, most))


def keep_descriptors(*kept: int) -> None:
    """Close every file descriptor but these; 0, 1 and 2 become /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    first = 3
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def available() -> str | None:
    """Try the sandbox in a child. None: it holds; otherwise the reason why not, as a phrase."""
    try:
        box = prepare(())
    except SandboxError as error:
        return str(error)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _rehearse(box, writer)
    os.close(writer)
    os.close(box.ruleset)
    with open(reader) as answer:
        reason = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return reason or (f"a trial of it ended with status {status}" if status else None)


def _rehearse(box: Sandbox, writer: int) -> None:
    status = 1
    try:
        box.enter()
        forbidden: dict[str, Callable[[], object]] = {
            "files": lambda: os.listdir("/"),
            "sockets": socket.socket,
            "processes": os.fork,
            "threads": lambda: _thread.start_new_thread(os.getpid, ()),
            "signals": lambda: os.kill(os.getppid(), 0),
        }
        for name, attempt in forbidden.items():
            with contextlib.suppress(PermissionError, RuntimeError):
                attempt()
                os.write(writer, f"it does not keep {name} away".encode())
        status = 0
    except SandboxError as error:
        os.write(writer, str(error).encode())
    finally:
        os._exit(status)


def _ruleset(readable: Iterable[Path]) -> int:
    version = _call("Landlock is missing", CREATE_RULESET, 0, 0, 1)
    files = (1 << FILE_RIGHTS[min(version, max(FILE_RIGHTS))]) - 1
    network = 0b11 if version >= 4 else 0  # bind and connect over TCP
    scopes = 0b11 if version >= 6 else 0  # abstract Unix sockets, signals
    rights = struct.pack("=QQQ", files, network, scopes)
    ruleset = _call("Landlock takes no rules", CREATE_RULESET, rights, len(rights), 0)
    for path in readable:
        _allow(ruleset, path)
    _allow(ruleset, Path(os.devnull), WRITE_FILE)
    return ruleset


def _allow(ruleset: int, path: Path, more: int = 0) -> None:
    """Let `path` be read, and whatever is below it."""
    with contextlib.suppress(OSError):  # what is not there, or closed to us, needs no rule
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        folder = stat.S_ISDIR(os.fstat(beneath).st_mode)
        rights = READ_FILE | more | (READ_DIR if folder else 0)
        rule = struct.pack("=Qi", rights, beneath)
        _call(f"Landlock refuses the rule for {path}", ADD_RULE, ruleset, 1, rule, 0)
        os.close(beneath)


def _filter(column: int, architecture: int) -> bytes:
    """The system call filter as BPF. x32's numbers are not listed, so they are refused."""
    code = [_step(LOAD, 4), _step(EQUAL, architecture, 1, 0), _step(RETURN, KILL), _step(LOAD, 0)]
    for entry in ALLOWED.replace("\n", " ").split(","):
        number = entry.split()[1 + column]
        if number != "-":
            code += [_step(EQUAL, int(number), 0, 1), _step(RETURN, ALLOW)]
    for _, *numbers in UNKNOWN:
        code += [_step(EQUAL, numbers[column], 0, 1), _step(RETURN, NO_SUCH_CALL)]
    for _, *numbers, argument, mask, values in CHECKED:
        check = [_step(LOAD, 16 + 8 * argument), _step(AND, mask)]  # the low half: the flags
        for value in values:
            check += [_step(EQUAL, value, 0, 1), _step(RETURN, ALLOW)]
        check.append(_step(RETURN, REFUSE))
        code += [_step(EQUAL, numbers[column], 0, len(check)), *check]
    return b"".join([*code, _step(RETURN, REFUSE)])


def _step(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)


def _drop_capabilities(number: int) -> None:
    """For good: there is no program to start that could give them back."""
    header = struct.pack("=Ii", 0x20080522, 0)  # version 3, this process
    kept = struct.pack("=IIIIII", CAP_DAC_READ_SEARCH, CAP_DAC_READ_SEARCH, 0, 0, 0, 0)
    _call("cannot drop capabilities", number, header, kept)


def _address_space() -> int:
    statm = os.open("/proc/self/statm", os.O_RDONLY)  # no more than that: each child does it
    pages = int(os.read(statm, 100).split()[0])
    os.close(statm)
    return pages * resource.getpagesize()


def _call(problem: str, number: int, *arguments: int | bytes) -> int:
    result = _libc.syscall(number, *_four(arguments))
    if result < 0:
        raise SandboxError(f"{problem} ({os.strerror(ctypes.get_errno())})")
    return result


def _prctl(what: str, option: int, *arguments: int) -> None:
    if _libc.prctl(option, *_four(arguments)) != 0:
        raise SandboxError(f"cannot {what} ({os.strerror(ctypes.get_errno())})")


def _four(arguments: tuple[int | bytes, ...]) -> tuple[int | bytes, ...]:
    return (*arguments, 0, 0, 0, 0)[:4]
