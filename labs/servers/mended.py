#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""leaky.py, mended: it closes what it has accepted.

usage: mended.py [PORT]

One thread for each connection, as net/http of Go has one goroutine. It echoes what comes, and when
the client is done, or anything goes wrong, `with` closes the socket: CLOSE-WAIT lasts as long as it takes
to get there. In Go the line is `defer conn.Close()`.
"""
import socket
import sys
import threading

KEEPALIVE = 15

def serve(conn):
    with conn:
        while True:
            data = conn.recv(4096)
            if not data:
                break
            conn.sendall(data)


def keepalive(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    listener = socket.create_server(("0.0.0.0", port), backlog=128)
    print(f"mended: listening on port {port}", flush=True)
    while True:
        try:
            conn, _ = listener.accept()
        except OSError as error:
            # Descriptors have run out: EMFILE, again and again, and nobody can come in.
            print(f"mended: accept: {error.strerror}", flush=True)
            threading.Event().wait(1)
            continue
        keepalive(conn)
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
