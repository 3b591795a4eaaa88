#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Signals and closed pipes while a lab runs.

usage: interrupt.py TCPLAB DIRECTORY

Ctrl-C and its like end a run at any moment: the record is whole and says why,
and the program dies of that signal, so that a loop around it ends too. Nobody
reading the output any more ends it with one message and status 2. Prints a
line for each check that holds.
"""
import json
import os
import signal
import subprocess
import sys
import time

tcplab, area = sys.argv[1:]
waits = os.path.join(area, "waits.lua")
with open(waits, "w", encoding="utf-8") as lab:
    lab.write('hosts = { "client", "server" }\nlimit = "1h"\nfunction run(client, server)\n'
              '  step "begun"\n  server:listen(80):accept()\nend\n')


def spawn(*args, **kwargs):
    # An ignored signal stays ignored across exec: a background job of a shell has SIGINT so.
    def defaults():
        for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(s, signal.SIG_DFL)
    return subprocess.Popen([tcplab, *args], stdin=subprocess.DEVNULL, text=True,
                            preexec_fn=defaults, **kwargs)


def until(stream, text):
    for line in stream:
        if text in line:
            return
    raise AssertionError(f"it never said {text!r}")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(p) for p in f.read().split()]


def gone(pid):
    """A process that the dead front was the parent of is reaped by somebody else, soon."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not os.path.exists(f"/proc/{pid}"):
            return True
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            if f.read().rsplit(")", 1)[1].split()[0] in "ZX":
                return True
    return False


def interrupted(sig, how):
    record = os.path.join(area, "interrupted")
    with spawn("run", waits, "--record", record, "--format", how, stdout=subprocess.PIPE,
               stderr=subprocess.PIPE) as run:
        if how == "text":
            until(run.stdout, "begun")
        else:
            while not children(run.pid):
                assert run.poll() is None
        engine = children(run.pid)
        os.kill(run.pid, sig)
        out, err = run.communicate(timeout=30)
    # Between fork and the front's own handling a signal has its default effect.
    assert run.returncode == -sig, f"status {run.returncode}: {out}{err}"
    assert all(gone(pid) for pid in engine), "the engine lives on"
    if how == "text":
        assert "BROKEN waits" in out and "stopped by" in out, out
        assert err == "", err
        with open(record, encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        assert lines[0]["ev"] == "header" and lines[-1]["ev"] == "verdict", lines
        assert lines[-1]["verdict"] == "broken" and "stopped by" in lines[-1]["why"], lines[-1]
        assert any(ev["ev"] == "step" for ev in lines), "what had happened is lost"
        os.unlink(record)
    elif os.path.exists(record):
        os.unlink(record)
    print(f"{sig.name} of a run shown as {how}")


def nobody_reads(*args):
    with spawn(*args, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.readline()
        engine = children(run.pid)
        run.stdout.close()
        err = run.stderr.read()
        status = run.wait(30)
    assert status == 2, f"{args}: status {status}: {err}"
    assert err.count("tcplab: ") == 1 and "Broken pipe" in err, f"{args}: {err}"
    assert all(gone(pid) for pid in engine), "the engine lives on"
    print(f"nobody reads {' '.join(args)}")


def shut_from_the_start(*args):
    read, write = os.pipe()
    os.close(read)
    with spawn(*args, stdout=write, stderr=subprocess.PIPE) as run:
        os.close(write)
        err = run.stderr.read()
        status = run.wait(30)
    assert status == 2, f"{args}: status {status}: {err}"
    assert err.count("tcplab: ") == 1 and "Broken pipe" in err, f"{args}: {err}"
    print(f"nobody ever reads {' '.join(args)}")


for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    interrupted(s, "text")
interrupted(signal.SIGINT, "json")
nobody_reads("run", "handshake", "--param", "delay=100ms")
nobody_reads("run", "handshake", "--param", "delay=100ms", "-v")
for command in (["run", "handshake", "--param", "delay=1ms", "--format", "json"],
                ["run", "handshake", "--param", "delay=1ms", "--format", "tap"],
                ["run", "handshake", "--param", "delay=1ms", "-q"],
                ["list"], ["help"], ["--version"], ["show", "handshake"],
                ["check", "handshake"], ["doctor"]):
    shut_from_the_start(*command)
