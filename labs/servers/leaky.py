#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A TCP server with a leak that many real ones have: it never closes.

usage: leaky.py [PORT]

One thread for each connection, as net/http of Go has one goroutine. It echoes what comes.
When the client is done and its FIN has arrived, recv() gives b"": the thread ends and forgets
one line, and the connection stays in CLOSE-WAIT for ever. mended.py has that line.

As Go does for every connection that it accepts, keepalive is switched on with 15 s. It ends those
whose client's kernel has forgotten them: a minute or so later a probe draws RST. The descriptor
stays all the same, and a client that is still there keeps its connection in CLOSE-WAIT.
"""
import socket
import sys
import threading

KEEPALIVE = 15

forgotten = []


def serve(conn):
    while True:
        data = conn.recv(4096)
        if not data:
            break
        conn.sendall(data)
    # Whoever writes Go, Java or C forgets it like this: nothing closes a descriptor by itself.
    # Python would, so the list keeps it.
    forgotten.append(conn)


def keepalive(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    listener = socket.create_server(("0.0.0.0", port), backlog=128)
    print(f"leaky: listening on port {port}", flush=True)
    while True:
        try:
            conn, _ = listener.accept()
        except OSError as error:
            # Descriptors have run out: EMFILE, again and again, and nobody can come in.
            print(f"leaky: accept: {error.strerror}", flush=True)
            threading.Event().wait(1)
            continue
        keepalive(conn)
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
