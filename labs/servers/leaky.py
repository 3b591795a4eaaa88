#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A TCP server that leaks: it answers each line, and ignores that its clients go.

usage: leaky.py PORT

The mistake is the one line that is missing; mended.py has it. It is found in many programs:
readline() gives "" at the end of input, which is taken for a line that has nothing to say, or
the connection is kept in a list for later.
"""
import socket
import sys
import threading

kept = []  # for later; nobody ever comes back for them


def serve(conn):
    lines = conn.makefile("rb")
    while line := lines.readline():
        conn.sendall(b"you said " + line)
    # The client has gone: conn.close() is missing.
    kept.append((conn, lines))


def main():
    listener = socket.create_server(("", int(sys.argv[1])))
    while True:
        try:
            conn, _ = listener.accept()
        except OSError as error:
            print(f"accept: {error}", file=sys.stderr)
            threading.Event().wait(1)  # or the loop would spin: the connection is still there
            continue
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
