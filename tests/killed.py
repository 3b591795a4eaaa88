#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kill lab kernels with SIGKILL while a program runs inside, with nobody there to clean up.

usage: killed.py KERNEL TIMES FOLDER

A process inside is a process of the host whose system calls the kernel takes. Let go, it would
make them itself: the program here tries to make a file in FOLDER without end, which it cannot
inside, where the root is read-only. After each kill there must be no such file, and within
five seconds no process. Prints what is wrong; exit status 0 when nothing is.
"""
import os
import random
import signal
import subprocess
import sys
import time

kernel, times, folder = sys.argv[1], int(sys.argv[2]), os.path.realpath(sys.argv[3])
init, escaped = os.path.join(folder, "init"), os.path.join(folder, "escaped")
arguments = ["time-travel=inf-cpu", "mem=64M", "root=none", "rootfstype=hostfs", "rootflags=/", "ro", f"init={init}",
             "con=null", "con0=null,fd:1", "ssl=null", "uml_dir=/dev/null/", "quiet", "random.trust_cpu=on"]
faults = 0


def session(sid):
    """Its processes; who starts the kernel makes it a session of its own."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                stat = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat[3]) == sid and stat[0] not in "ZX":
            found.append(int(pid))
    return found


with open(init, "w", encoding="ascii") as script:
    script.write(f"#!/bin/sh\necho up\nwhile :; do : >'{escaped}'; done 2>/dev/null\n")
os.chmod(init, 0o755)
for _ in range(times):
    with subprocess.Popen([kernel, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as run:
        while True:
            line = run.stdout.readline()
            if not line:
                sys.exit("the kernel did not come up")
            if b"up" in line.split():
                break
        # No condition is waited for: the moment is what is being tried.
        time.sleep(random.uniform(0, 0.01))
        run.kill()
    deadline = time.monotonic() + 5
    while session(run.pid) and time.monotonic() < deadline:
        pass
    for pid in session(run.pid):
        print(f"process {pid} lives on")
        os.kill(pid, signal.SIGKILL)
        faults += 1
    if os.path.exists(escaped):
        print("a process inside became one of the host")
        os.unlink(escaped)
        faults += 1
sys.exit(1 if faults else 0)
