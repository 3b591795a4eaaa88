# SPDX-License-Identifier: MIT
"""Record sock_diag replies: unshare -Urn python3 record.py DIRECTORY

Makes one socket of every kind on lo, asks twice (TCPDIAG_GETSOCK, and
SOCK_DIAG_BY_FAMILY for IPv4) and writes what the kernel answers, byte by byte.
"""
import fcntl
import os
import platform
import socket
import struct
import sys
import time


def up_lo():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def listener(family, port):
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1" if family == socket.AF_INET else "::1", port))
    s.listen(7)
    return s


def client(server, port):
    c = socket.socket(server.family, socket.SOCK_STREAM)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    c.bind((server.getsockname()[0], port))
    c.connect(server.getsockname()[:2])
    return c


def pair(server, port):
    c = client(server, port)
    return c, server.accept()[0]


def dump(msg_type, family):
    nl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)  # NETLINK_SOCK_DIAG
    ids = bytes(48)
    if msg_type == 18:
        req = struct.pack("=BBBB", 0, 0, 0, 2) + ids + struct.pack("=II", 0xffe, 0)
    else:
        req = struct.pack("=BBBxI", family, socket.IPPROTO_TCP, 2, 0xffe) + ids
    nl.send(struct.pack("=IHHII", 16 + len(req), msg_type, 0x301, 1, 0) + req)
    reply = b""
    while True:
        part = nl.recv(65536)
        reply += part
        if struct.unpack_from("=IH", part)[1] == 3:  # NLMSG_DONE
            return reply


up_lo()
v4, v6 = listener(socket.AF_INET, 80), listener(socket.AF_INET6, 80)
keep = [pair(v4, 5000), pair(v6, 5001)]
keep[0][0].send(b"unread")

half = pair(v4, 5002)
half[0].shutdown(socket.SHUT_WR)
orphan = pair(v4, 5003)
orphan[0].close()
gone = pair(v4, 5004)
gone[0].close()
gone[1].close()

# Only SYNs reach this listener: the request stays a request.
deaf = listener(socket.AF_INET, 81)
code = b"".join(struct.pack("=HBBI", *i) for i in
                [(0x30, 0, 0, 13), (0x45, 0, 1, 2), (6, 0, 0, 0xffffffff), (6, 0, 0, 0)])
import ctypes
buf = ctypes.create_string_buffer(code)
deaf.setsockopt(socket.SOL_SOCKET, 26, struct.pack("@HP", 4, ctypes.addressof(buf)))
keep.append(client(deaf, 5005))
time.sleep(0.2)  # until the delayed acknowledgement of the FINs

release = ".".join(platform.release().split(".")[:2])
for name, reply in (("all", dump(18, 0)), ("ipv4", dump(20, socket.AF_INET))):
    with open(os.path.join(sys.argv[1], f"{name}-{release}.bin"), "wb") as f:
        f.write(reply)
