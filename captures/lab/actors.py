# SPDX-License-Identifier: GPL-2.0-or-later
"""Ends that need a behaviour no ordinary program has on request: one function per role.

    actors.py ROLE ARGUMENT...

The kernel's TCP is behind every role; only what the application does is ours.
"""
import socket
import ssl
import struct
import sys
import time


def connect(address, port, **options):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if "receive_buffer" in options:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receive_buffer"])
    s.settimeout(options.get("timeout", 4))
    s.connect((address, int(port)))
    return s


def listen(address, port, *options, backlog=8):
    """A socket that listens; options: level, name, value of each."""
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    for option in ((socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), *options):
        s.setsockopt(*option)
    s.bind((address, int(port)))
    s.listen(backlog)
    print("ready", flush=True)
    return s


def reset_on_close(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def request(host, path="/", close=True):
    return ("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" %
            (path, host, "Connection: close\r\n" if close else "")).encode()


def client_hello(name):
    outgoing = ssl.MemoryBIO()
    context = ssl.create_default_context()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def read_all(s):
    try:
        while s.recv(65536):
            pass
    except OSError:
        pass


# ---- Clients -----------------------------------------------------------------------------------

def split_hello(address, name):
    """A ClientHello in two segments that divide the server name."""
    s, hello = connect(address, 443), client_hello(name)
    middle = hello.index(name.encode()) + len(name) // 2
    s.sendall(hello[:middle])
    time.sleep(0.05)
    try:
        s.sendall(hello[middle:])
        s.recv(65536)
    except OSError:
        pass


def only_hello(address, name, wait="1"):
    """A ClientHello, then nothing but listening."""
    s = connect(address, 443)
    s.sendall(client_hello(name))
    s.settimeout(float(wait))
    read_all(s)


def fetch(address, host, path="/", first_port="0"):
    """One request on a connection of its own; with a port, always from that one."""
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", int(first_port)))
    s.settimeout(1.5)
    try:
        s.connect((address, 80))
        s.sendall(request(host, path))
        s.recv(65536)
    except OSError:
        pass
    reset_on_close(s)


def fetch_twice_idle(address, host, idle):
    """Two requests on one connection with a pause between them."""
    s = connect(address, 80)
    s.sendall(request(host, close=False))
    s.recv(65536)
    time.sleep(float(idle))
    try:
        s.sendall(request(host))
        read_all(s)
    except OSError:
        pass


def fetch_twice_idle_from(address, host, idle, port):
    """The same from a port that is known."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", int(port)))
    s.settimeout(2)
    s.connect((address, 80))
    s.sendall(request(host, close=False))
    s.recv(65536)
    time.sleep(float(idle))
    try:
        s.sendall(request(host))
        read_all(s)
    except OSError:
        pass


def only_connect(address, port, wait):
    """Connects and says nothing until the server has had enough."""
    s = connect(address, port, timeout=float(wait))
    read_all(s)


def late_data(address, port):
    """Goes on sending after the server has closed."""
    s = connect(address, port)
    s.sendall(request("allowed.example"))
    read_all(s)
    try:
        s.sendall(b"more")
        time.sleep(0.3)
    except OSError:
        pass


def fast_open(address, port):
    """Data in the SYN, once a cookie is known."""
    s = socket.socket()
    try:
        s.sendto(request("allowed.example"), socket.MSG_FASTOPEN, (address, int(port)))
        s.settimeout(2)
        read_all(s)
    except OSError:
        pass


def many_connects(address, port, number):
    """More connections than a full queue takes."""
    kept = []
    for _ in range(int(number)):
        s = socket.socket()
        s.settimeout(0.3)
        try:
            s.connect((address, int(port)))
            s.sendall(b"x")
        except OSError:
            pass
        kept.append(s)
    time.sleep(1.5)


def two_requests(address, first, second):
    """Two requests for different hosts on one connection, one after the other."""
    s = connect(address, 80)
    try:
        for host in (first, second):
            s.sendall(request(host, close=False))
            s.recv(65536)
    except OSError:
        pass


def reader_stops(address, host, pause):
    """Reads nothing for a while with a small buffer: the window closes and is probed."""
    s = connect(address, 80, receive_buffer=2304)
    s.sendall(request(host, "/page"))
    time.sleep(float(pause))
    read_all(s)


def tab_close(address, host):
    """Closes with a reset in the middle of a download; data under way is reset again."""
    s = connect(address, 80)
    s.sendall(request(host, "/big"))
    s.recv(2000)
    reset_on_close(s)


def keepalive(address, host):
    """An idle connection kept alive by probes of one octet below the window."""
    s = connect(address, 80)
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1)):
        s.setsockopt(socket.IPPROTO_TCP, option, value)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    s.sendall(request(host, close=False))
    s.recv(65536)
    time.sleep(2.3)
    s.sendall(request(host))
    read_all(s)


def half_close(address, host):
    """Sends its FIN with the request and still reads the whole answer."""
    s = connect(address, 80)
    s.sendall(request(host))
    s.shutdown(socket.SHUT_WR)
    read_all(s)


def upload(address, host, octets):
    s = connect(address, 80)
    s.sendall(("POST /upload HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %s\r\n\r\n" %
               (host, octets)).encode() + b"x" * int(octets))
    read_all(s)


def reuse_port(address, host, port):
    """The same 4-tuple twice, a moment apart, the first connection ended by a reset."""
    for _ in range(2):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", int(port)))
        s.settimeout(3)
        s.connect((address, 80))
        s.sendall(request(host, close=False))
        s.recv(65536)
        reset_on_close(s)
        s.close()
        time.sleep(0.3)


def happy_eyeballs(first, second):
    """Starts two connections, keeps the quicker and resets the other."""
    sockets = []
    for address in (first, second):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        s.setblocking(False)
        s.connect_ex((address, 80))
        sockets.append(s)
        time.sleep(0.03)
    time.sleep(0.15)
    reset_on_close(sockets[1])
    sockets[1].close()
    sockets[0].setblocking(True)
    sockets[0].settimeout(3)
    sockets[0].sendall(request("allowed.example"))
    read_all(sockets[0])


def dns_query(name, identifier=0x3412, qtype=1):
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split("."))
    return struct.pack(">HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + labels + b"\0" + \
        struct.pack(">HH", qtype, 1)


def dns_ask(name, wait, *servers):
    """One stub socket and id asks all servers, 20 ms apart, and takes whatever comes. The same
    server twice is a retry as the C library does it."""
    family = socket.AF_INET6 if ":" in servers[0] else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    for server in servers:
        s.sendto(dns_query(name), (server, 53))
        time.sleep(0.02)
    s.settimeout(float(wait))
    try:
        while True:
            s.recv(4096)
    except OSError:
        pass


def dns_no_recursion(server, name):
    """A query as one name server asks another: recursion not desired."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    query = bytearray(dns_query(name, 0x7a11))
    query[2] = 0
    s.sendto(bytes(query), (server, 53))
    s.settimeout(0.4)
    try:
        while True:
            s.recv(4096)
    except OSError:
        pass


# ---- Servers -----------------------------------------------------------------------------------

def serve_reset(address, port):
    """Reads one request and resets the connection, whatever was asked."""
    server = listen(address, port)
    while True:
        s, _ = server.accept()
        s.recv(65536)
        reset_on_close(s)
        s.close()


def serve_reset_name(address, port, name):
    """Resets when the ClientHello holds the name, otherwise answers with an alert and closes."""
    server = listen(address, port)
    while True:
        s, _ = server.accept()
        if name.encode() in s.recv(65536):
            reset_on_close(s)
        else:
            s.sendall(b"\x15\x03\x03\x00\x02\x02\x70")
        s.close()


def serve_abort(address, port):
    """Sends a page and aborts while most of it is under way."""
    server = listen(address, port)
    while True:
        s, _ = server.accept()
        s.recv(65536)
        reset_on_close(s)
        s.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 14000)
        time.sleep(0.03)
        s.close()


def greet(server):
    """Answers every request with the same few words."""
    while True:
        s, _ = server.accept()
        s.recv(4096)
        s.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello\n")
        s.close()


def serve_ttl(address, port):
    """Its sockets have a TTL and a type of service of their own."""
    server = listen(address, port)
    server.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 40)
    server.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0x48)
    greet(server)


def serve_fast_open(address, port):
    """Takes data in the SYN."""
    greet(listen(address, port, (socket.IPPROTO_TCP, 23, 5)))           # TCP_FASTOPEN


def serve_never_accepts(address, port):
    """A queue for two that nobody empties."""
    server = listen(address, port, backlog=1)
    time.sleep(60)
    server.close()


def serve_mute(address, port):
    """Accepts and reads, and never answers."""
    server, kept = listen(address, port), []
    while True:
        s, _ = server.accept()
        kept.append(s)


def serve_unread(address, port):
    """Answers before it has read everything and closes: the kernel resets because of what is
    left unread."""
    server = listen(address, port)
    while True:
        s, _ = server.accept()
        s.recv(100)
        time.sleep(0.05)
        s.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        s.close()


def serve_portal(port):
    """Sends whoever asks for anything to the portal's own page."""
    server = listen("0.0.0.0", port)
    while True:
        s, _ = server.accept()
        s.recv(4096)
        s.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\n"
                  b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        s.close()


def serve_old_http(address, port):
    """HTTP 0.9: the page without a header, then the end of the connection."""
    server = listen(address, port)
    while True:
        s, _ = server.accept()
        s.recv(4096)
        s.sendall(b"<html><body>Very old server.</body></html>")
        s.close()


def serve_dns_case(address):
    """A resolver that answers in lower case, without EDNS, and with its own idea of a record."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 53))
    print("ready", flush=True)
    while True:
        query, peer = s.recvfrom(4096)
        end = query.index(b"\0", 12) + 5
        s.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end].lower() +
                 b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x33\x64\x0a", peer)


def serve_dns_rotating(address):
    """A resolver that puts its three records in another order each time it is asked."""
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 53))
    print("ready", flush=True)
    records = [b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x33\x64" + bytes([host]) for host in (10, 20, 66)]
    while True:
        query, peer = s.recvfrom(4096)
        end = query.index(b"\0", 12) + 5
        s.sendto(query[:2] + b"\x81\x80\0\1\0\3\0\0\0\0" + query[12:end] + b"".join(records), peer)
        records = records[1:] + records[:1]


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
