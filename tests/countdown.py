#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The line that counts down while a run waits on a real clock, as a terminal shows it.

usage: countdown.py en|zh WIDTH COMMAND...

It has to be there, narrower than the terminal, and nothing of it may be left
when the run is over. Exit status 0 when that is so.
"""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

lang, width, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
mark = {"en": "left: ", "zh": "还剩 "}[lang]
ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
env = {**os.environ, "TERM": "xterm"}
env.pop("COLUMNS", None)
with subprocess.Popen([*command, "--lang", lang], env=env, stdin=subprocess.DEVNULL, stdout=theirs) as run:
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
assert run.returncode == 0, f"status {run.returncode}"
text = re.sub(r"\x1b\[[0-9;]*m", "", data.decode())
assert "\x1b" not in text, "an escape sequence that is no colour"


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


seen = 0
for line in text.split("\n"):
    cells = []  # one for each column
    for written in line.rstrip("\r").split("\r"):
        assert columns(written) < width or mark not in written, f"as wide as the terminal: {written!r}"
        seen += mark in written
        new = [c for char in written for c in ([char, ""] if columns(char) == 2 else [char])]
        cells[:len(new)] = new
    left = "".join(cells)
    assert mark not in left, f"it is still there: {left!r}"
    assert columns(left.rstrip()) <= width, f"too wide: {left!r}"
assert seen >= 2, f"it was seen {seen} times"
