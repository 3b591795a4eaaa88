#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run a command at a width and look at its output as a terminal would.

usage: screen.py [--tty] [--ascii] [--status N] WIDTH COMMAND...

Without --tty it writes into a pipe, with COLUMNS=WIDTH; with it into a pseudo
terminal that is WIDTH wide, where NO_COLOR and --no-color decide about colour.
No line may be wider than WIDTH (East Asian wide characters count two), end in
blanks or carry a control character. In a pipe there is no escape sequence at
all; on a terminal only colours, and none in force at the end.
Prints what is wrong; exit status 0 when nothing is.
"""
import argparse
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

SGR = re.compile(r"\x1b\[([0-9;]*)m")


def width(text):
    """Columns of text; ambiguous characters count one, as in a UTF-8 terminal."""
    n = 0
    for c in text:
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
            continue
        n += 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return n


def in_pipe(command, columns):
    env = dict(os.environ, COLUMNS=str(columns), TERM="xterm")
    run = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         timeout=120, check=False)
    return run.returncode, run.stdout


def in_tty(command, columns):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = dict(os.environ, TERM="xterm")
    with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=theirs) as run:
        os.close(theirs)
        data = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # EIO: nobody has the other end any more
                break
            if not more:
                break
            data += more
        os.close(ours)
    return run.returncode, data.replace(b"\r\n", b"\n")


def wrong_with(data, args):
    try:
        text = data.decode("ascii" if args.ascii else "utf-8")
    except UnicodeDecodeError as e:
        yield str(e)
        return
    if not text.endswith("\n"):
        yield "the last line has no end"
    if args.tty == "color" and not SGR.search(text):
        yield "no colour on a terminal"
    if args.tty != "color" and "\x1b" in text:
        yield "an escape sequence"
    if (SGR.findall(text) or ["0"])[-1] not in ("", "0"):
        yield "it ends with a colour in force"
    for number, line in enumerate(text.split("\n"), 1):
        plain = SGR.sub("", line)
        if width(plain) > args.width:
            yield f"line {number} is {width(plain)} columns wide: {plain}"
        if plain != plain.rstrip(" \t"):
            yield f"line {number} ends in blanks: {plain!r}"
        if any(unicodedata.category(c) == "Cc" for c in plain):
            yield f"line {number} has a control character: {plain!r}"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--tty", choices=("color", "plain"))
    p.add_argument("--ascii", action="store_true")
    p.add_argument("--status", type=int, default=0)
    p.add_argument("width", type=int)
    p.add_argument("command", nargs=argparse.REMAINDER)
    args = p.parse_args()
    status, data = (in_tty if args.tty else in_pipe)(args.command, args.width)
    wrong = list(wrong_with(data, args))
    if status != args.status:
        wrong.append(f"exit status {status}, not {args.status}")
    for w in wrong:
        print(w)
    if wrong:
        sys.stderr.buffer.write(data)
    return 1 if wrong else 0


sys.exit(main())
