"""Any socket, loopback included. Somebody listens at `$port` and must hear nothing."""

from autograder.attacks.stage import Attack, attempts, inside

FAMILY = "network"


def attacks() -> list[Attack]:
    """Attempts in a cell, and one in the graded function."""
    in_function = inside(
        FAMILY,
        "connect from the graded function",
        """
        socket.create_connection(("127.0.0.1", $port))
        raise ValueError(breached("connected"))
        """,
        "raised .*PermissionError",
    )
    return [*attempts(FAMILY, ATTEMPTS), in_function]


ATTEMPTS = {
    "TCP to loopback": "socket.create_connection(('127.0.0.1', $port))",
    "TCP by name": "socket.create_connection(('localhost', $port))",
    "TCP over IPv6": "socket.socket(socket.AF_INET6)",
    "UDP": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', $port))",
    "raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "ICMP": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "Unix socket": "socket.socket(socket.AF_UNIX).bind('$canary/new')",
    "abstract Unix socket": "socket.socket(socket.AF_UNIX).bind(chr(0) + 'canary')",
    "socket pair": "socket.socketpair()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "virtual machine socket": "socket.socket(40)",
    "listen": "socket.create_server(('127.0.0.1', 0))",
    "HTTP": "__import__('urllib.request').request.urlopen('http://127.0.0.1:$port/', timeout=1)",
    "name lookup": "socket.getaddrinfo('example.org', 80)",
    "asyncio": "__import__('asyncio').run(__import__('asyncio').sleep(0))",
    "socket by ctypes": "call(41, 198, 2, 1, 0)",
    "connect through the wire": "call(42, 203, wire(), b'x' * 16, 16)",
    "bind the wire": "call(49, 200, wire(), b'x' * 16, 16)",
    "accept on the wire": "call(43, 202, wire(), 0, 0)",
    "send a descriptor": "socket.send_fds(socket.socket(fileno=os.dup(wire())), [b'x'], [0])",
    "sendmmsg": "call(307, 269, wire(), bytes(64), 1, 0)",
    "io_uring": "call(425, 425, 1, bytes(120))",
}
