#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""leaky.py with its mistake mended: what a client leaves behind is closed, however it goes.

usage: mended.py PORT
"""
import socket
import sys
import threading


def serve(conn):
    with conn, conn.makefile("rb") as lines:
        while line := lines.readline():
            conn.sendall(b"you said " + line)


def main():
    listener = socket.create_server(("", int(sys.argv[1])))
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
