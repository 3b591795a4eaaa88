#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kill the front or the engine of a run with SIGKILL, again and again.

usage: gone.py TCPLAB TIMES front|engine
       gone.py TCPLAB TIMES front|guardian|kernel VERSION

The second is for a lab kernel, which has to lie in a folder of its own, $TCPLAB_KERNELS: its
processes are found by their file. TIMES are hit; one that has ended by itself when its turn comes is not.
Each run is killed at another random moment between its start and its usual
end. Within five seconds no process of it may live; a front whose engine was
killed has to end by itself and say so; and of its record there is nothing, or all.
TCPLAB has a file name of its own: processes are found by it. Prints what is
wrong; exit status 0 when nothing is.
"""
import json
import os
import random
import signal
import subprocess
import sys
import time

tcplab, times, whom = sys.argv[1], int(sys.argv[2]), sys.argv[3]
name = os.path.basename(tcplab)
# At its end LeakSanitizer forks a tracer and waits for it: killed in the engine's place, it
# would never come back. Leaks are looked for in every other test.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
command = [tcplab, "run", "handshake", "--param", "delay=5ms", "--record", "record"]
kernel = None
if len(sys.argv) > 4:
    command += ["--kernel", sys.argv[4]]
    kernel = os.path.realpath(os.path.join(os.environ["TCPLAB_KERNELS"], sys.argv[4], "linux"))
faults = 0


def fault(message):
    global faults
    faults += 1
    print(f"kill -9 of the {whom}: {message}")


def is_kernel(pid):
    try:
        return kernel is not None and os.readlink(f"/proc/{pid}/exe") == kernel
    except OSError:
        return False


def alive():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                head, rest = f.read().rsplit(")", 1)
        except OSError:
            continue
        if rest.split()[0] not in "ZX" and (head.split("(", 1)[1] == name or is_kernel(pid)):
            found.append(int(pid))
    return found


def all_gone():
    deadline = time.monotonic() + 5
    while alive():
        if time.monotonic() > deadline:
            fault(f"processes {alive()} live on")
            for pid in alive():
                os.kill(pid, signal.SIGKILL)
            return


def engine_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def victims_of(front):
    if whom == "front":
        return [front]
    below = engine_of(front)
    return [p for g in below for p in engine_of(g)] if whom == "kernel" else below


def start():
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def look_at_record():
    if os.path.exists("record"):
        with open("record", encoding="utf-8") as f:
            last = f.read().split("\n")[-2:]
        if last[1] or json.loads(last[0])["ev"] != "verdict":
            fault(f"half a record: {last}")
        os.unlink("record")
    if os.listdir("."):
        fault(f"files are left: {os.listdir('.')}")


def usual_length():
    began = time.monotonic()
    with start() as run:
        run.communicate(timeout=60)
    os.unlink("record")
    return time.monotonic() - began


def kill(pids):
    """Is there one that was still there?"""
    hit = False
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            hit = True
        except ProcessLookupError:
            pass
    return hit


def one(length):
    """Return: was it hit, and how long it took."""
    began = time.monotonic()
    with start() as run:
        # No condition is waited for: the moment is what is being tried.
        time.sleep(random.uniform(0, length))
        victims = victims_of(run.pid)
        hit = run.poll() is None and kill(victims)
        if whom == "front":
            run.wait()
            # The pipe's other end must not be held by an engine that lives on.
            run.stdout.read()
        else:
            try:
                out = run.communicate(timeout=30)[0]
            except subprocess.TimeoutExpired:
                run.kill()  # or leaving the `with` would wait for it
                raise
            killed = "ended by signal 9" in " ".join(out.split())
            if run.returncode != (2 if "BROKEN" in out else 3 if "SKIP" in out else 0):
                fault(f"status {run.returncode} with: {out}")
            if run.returncode == 2 and not killed and kernel is None:
                fault(f"it does not say what happened: {out}")
    took = time.monotonic() - began
    all_gone()
    look_at_record()
    return hit, took


def main():
    length = usual_length()
    hits = tries = 0
    # On a machine that was busy and is no more, the usual end comes sooner: then it is not hit.
    while hits < times and tries < 10 * times:
        hit, took = one(length)
        if not hit:
            length = took
        hits += hit
        tries += 1
    if hits < times:
        fault(f"only {hits} of {tries} were hit")
    return 1 if faults else 0


sys.exit(main())
