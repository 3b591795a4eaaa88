#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drive a full-screen program through a pseudo terminal, and look at its screen.

usage: terminal.py [--term TERM] COLUMNSxROWS SCRIPT COMMAND...

SCRIPT is a list of lines:
    want TEXT       wait until TEXT is on the screen
    not TEXT        it is not there (now: after a want)
    keys KEYS       type; \\e is Escape, \\n Enter, \\r the right arrow, \\l the left one
    resize CxR      the terminal has another size
    signal NAME     to the program
    hold PATH       wait until somebody opens this fifo; `open PATH` is that somebody
    stop            Ctrl-Z, wait until it stands still, then let it go on
    end STATUS      wait for its end: an exit status, or -SIGNAL
Between commands no time passes that is waited for: `want` is the only clock, and it gives up
after 30 s. When the program has ended, the terminal has to be as it was: no alternate
screen, a visible cursor, echo and lines switched on.

The terminal understands what curses uses for TERM=xterm and its like; anything else on it is an
error. A screen with a line that is wider than the terminal cannot be: text that runs
over its edge is an error too.
"""
import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

LIMIT = 30
CSI = re.compile(rb"\x1b\[([?>]?)([0-9;]*)([@-~])")
OTHER = re.compile(rb"\x1b[()][0AB]|\x1b[=>78MHcDE]")
KEYS = {r"\e": b"\x1b", r"\n": b"\r", r"\r": b"\x1bOC", r"\l": b"\x1bOD"}


class Wrong(Exception):
    pass


def width(c):
    if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


class Screen:
    """As much of a terminal as curses needs."""

    def __init__(self, columns, rows):
        self.alternate = False
        self.cursor = True
        self.colors = set()
        self.rest = b""
        self.resize(columns, rows)
        self.settled = True

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        # what was on its way for another size is cut, until all is drawn anew
        self.settled = False
        self.x = self.y = 0
        self.top, self.bottom = 0, rows - 1
        self.cells = [[" "] * columns for _ in range(rows)]

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def put(self, c):
        w = width(c)
        if w == 0:
            return
        if self.x + w > self.columns:
            if not self.settled:
                return
            if self.alternate:
                raise Wrong(f"{c!r} at column {self.x} of {self.columns}: over the edge")
            self.x = 0
            self.line_feed()
        self.cells[self.y][self.x] = c
        if w == 2:
            self.cells[self.y][self.x + 1] = ""
        self.x += w
        self.last = c

    def line_feed(self):
        if self.y == self.bottom:
            self.scroll(1)
        else:
            self.y += 1

    def scroll(self, n):
        for _ in range(abs(n)):
            if n > 0:
                del self.cells[self.top]
                self.cells.insert(self.bottom, [" "] * self.columns)
            else:
                del self.cells[self.bottom]
                self.cells.insert(self.top, [" "] * self.columns)

    def clear(self, y, x0, x1):
        for x in range(max(x0, 0), min(x1, self.columns)):
            self.cells[y][x] = " "

    def mode(self, numbers, on):
        for n in numbers:
            if n in (1049, 47, 1047):
                self.alternate = on
            elif n == 25:
                self.cursor = on
            elif n not in (1, 7, 12, 1034, 2004, 4):
                raise Wrong(f"mode {n}")

    def sequence(self, private, args, final):
        n = [int(a) if a else 0 for a in args.split(";")]
        one = n[0] or 1
        if final in "hl":
            self.mode(n, final == "h")
        elif private:
            raise Wrong(f"sequence {private}{args}{final}")
        elif final == "m":
            self.colors.update(a for a in n if 30 <= a <= 49 and a not in (39, 49))
        elif final == "H":
            self.y = min(one, self.rows) - 1
            self.x = min((n[1] if len(n) > 1 and n[1] else 1), self.columns) - 1
        elif final == "A":
            self.y = max(0, self.y - one)
        elif final == "B":
            self.y = min(self.rows - 1, self.y + one)
        elif final == "C":
            self.x = min(self.columns - 1, self.x + one)
        elif final == "D":
            self.x = max(0, self.x - one)
        elif final == "G":
            self.x = min(one, self.columns) - 1
        elif final == "d":
            self.y = min(one, self.rows) - 1
        elif final == "K":
            self.clear(self.y, 0 if n[0] else self.x, self.x + 1 if n[0] == 1 else self.columns)
        elif final == "J":
            # all of it, from the upper left or as 2; the end of a picture drawn for the size
            # before may be cleared with a J too
            if n[0] == 2 or (n[0] == 0 and self.x == self.y == 0):
                self.settled = True
            self.clear(self.y, 0 if n[0] else self.x, self.columns)
            for y in range(0 if n[0] else self.y + 1, self.rows):
                self.clear(y, 0, self.columns)
        elif final == "X":
            self.clear(self.y, self.x, self.x + one)
        elif final == "b":
            for _ in range(one):
                self.put(self.last)
        elif final == "P":
            row = self.cells[self.y]
            del row[self.x:self.x + one]
            row.extend([" "] * (self.columns - len(row)))
        elif final == "@":
            row = self.cells[self.y]
            row[self.x:self.x] = [" "] * one
            del row[self.columns:]
        elif final in "LM":
            for _ in range(one):
                if final == "M":
                    del self.cells[self.y]
                    self.cells.insert(self.bottom, [" "] * self.columns)
                else:
                    del self.cells[self.bottom]
                    self.cells.insert(self.y, [" "] * self.columns)
        elif final == "S":
            self.scroll(one)
        elif final == "T":
            self.scroll(-one)
        elif final == "r":
            self.top = one - 1
            self.bottom = (n[1] if len(n) > 1 and n[1] else self.rows) - 1
            self.x = self.y = 0
        elif final not in "tn":
            raise Wrong(f"sequence {args}{final}")

    def feed(self, data):
        data = self.rest + data
        i = 0
        while i < len(data):
            c = data[i:i + 1]
            if c == b"\x1b":
                m = CSI.match(data, i) or OTHER.match(data, i)
                if not m:
                    if len(data) - i < 16:
                        break
                    raise Wrong(f"escape sequence {data[i:i + 16]!r}")
                if m.re is CSI:
                    self.sequence(*(g.decode() for g in m.groups()))
                elif m.group() == b"\x1bM":
                    if self.y == self.top:
                        self.scroll(-1)
                    else:
                        self.y -= 1
                i = m.end()
                continue
            if c < b" " or c == b"\x7f":
                if c == b"\r":
                    self.x = 0
                elif c == b"\n":
                    self.line_feed()
                elif c == b"\b":
                    self.x = max(0, self.x - 1)
                elif c == b"\t":
                    self.x = min(self.columns - 1, self.x // 8 * 8 + 8)
                elif c not in b"\x0e\x0f\x07":
                    raise Wrong(f"control character {c!r}")
                i += 1
                continue
            n = 1 if c < b"\x80" else 2 if c < b"\xe0" else 3 if c < b"\xf0" else 4
            if len(data) - i < n:
                break
            self.put(data[i:i + n].decode())
            i += n
        self.rest = data[i:]


class Program:
    def __init__(self, command, columns, rows, term):
        self.screen = Screen(columns, rows)
        self.ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.set_size(columns, rows)
        env = dict(os.environ, TERM=term)
        # as a shell does: a process group that is in front, and whose parent is of the same
        # session, without which nothing can be stopped
        fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self.run = subprocess.Popen(command, env=env, stdin=self.theirs, stdout=self.theirs,
                                    stderr=self.theirs, preexec_fn=self.come_to_front)

    @staticmethod
    def come_to_front():
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)

    def set_size(self, columns, rows):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        self.screen.feed(os.read(self.ours, 65536))
        return True

    def until(self, what, done):
        end = time.monotonic() + LIMIT
        while not done():
            left = end - time.monotonic()
            if left <= 0:
                raise Wrong(f"waited {LIMIT} s for {what}")
            self.read(min(left, 0.2))

    def want(self, text):
        self.until(repr(text), lambda: self.screen.settled and text in self.screen.text())

    def wont(self, text):
        if text in self.screen.text():
            raise Wrong(f"{text!r} is on the screen")

    def keys(self, text):
        for piece in re.findall(r"\\.|[^\\]", text):
            os.write(self.ours, KEYS.get(piece, piece.encode()))

    def size(self, text):
        columns, rows = map(int, text.split("x"))
        while self.read(0):
            pass
        self.screen.resize(columns, rows)
        self.set_size(columns, rows)

    def stop(self, _):
        os.write(self.ours, b"\x1a")
        self.until("its standing still", lambda: os.waitid(
            os.P_PID, self.run.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None)
        while self.read(0):
            pass
        self.sane()
        self.screen.resize(self.screen.columns, self.screen.rows)
        os.kill(self.run.pid, signal.SIGCONT)

    def sane(self):
        if self.screen.alternate or not self.screen.cursor:
            raise Wrong("the terminal is left in the alternate screen, or without its cursor")
        now, flags = termios.tcgetattr(self.theirs), termios.ECHO | termios.ICANON | termios.ISIG
        if (now[3] ^ self.before[3]) & flags or now[1] != self.before[1]:
            raise Wrong("the terminal's modes are not what they were")

    def end(self, status):
        self.until("its end", lambda: self.run.poll() is not None)
        while self.read(0):
            pass
        if self.run.returncode != int(status):
            raise Wrong(f"exit status {self.run.returncode}, not {status}")
        self.sane()

    def signal(self, name):
        os.kill(self.run.pid, getattr(signal, name))

    def hold(self, path):
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.until("the other one", lambda: select.select([fd], [], [], 0.2)[0] and
                   os.read(fd, 1))
        os.close(fd)

    def open(self, path):
        with open(path, "w", encoding="ascii") as f:
            f.write("x")

    def colorless(self, _):
        if self.screen.colors:
            raise Wrong(f"colours {self.screen.colors}")

    def colored(self, _):
        if not self.screen.colors:
            raise Wrong("no colours")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--term", default="xterm")
    p.add_argument("size")
    p.add_argument("script")
    p.add_argument("command", nargs=argparse.REMAINDER)
    args = p.parse_args()
    columns, rows = map(int, args.size.split("x"))
    # a session of its own for the terminal; who leads a group already cannot begin one
    leader = os.fork()
    if leader:
        return os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1])
    os.setsid()
    program = Program(args.command, columns, rows, args.term)
    acts = {"want": program.want, "not": program.wont, "keys": program.keys,
            "resize": program.size, "hold": program.hold, "open": program.open, "signal": program.signal, "stop": program.stop,
            "end": program.end, "colorless": program.colorless, "colored": program.colored}
    line = ""
    try:
        for line in args.script.strip().split("\n"):
            verb, _, rest = line.strip().partition(" ")
            acts[verb](rest)
    except (Wrong, OSError) as e:
        print(f"at '{line.strip()}': {e}\n{program.screen.text()}")
        return 1
    finally:
        if program.run.poll() is None:
            program.run.kill()
            program.run.wait()
    return 0


sys.exit(main())
