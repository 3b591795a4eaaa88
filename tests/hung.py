#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stop a lab kernel in mid-run with SIGSTOP: one that hangs, and does not end.

usage: hung.py TCPLAB VERSION LAB

LAB has to go on for seconds and make notes. The kernel lies in a folder of its own,
$TCPLAB_KERNELS, so that its processes are told from others by their file; TCPLAB has a file name of
its own. With TCPLAB_SILENCE=5s the front has to end the run as broken, and say so with the
kernel's last words; status 2; the record ends with that verdict; no process of either may live
five seconds later. Prints what is wrong; exit status 0 when nothing is.
"""
import json
import os
import signal
import subprocess
import sys
import time

tcplab, version, lab = sys.argv[1:4]
kernel = os.path.realpath(os.path.join(os.environ["TCPLAB_KERNELS"], version, "linux"))
LIMIT = 5  # one that is only slow, on a busy machine, must not be taken for stuck
faults = 0


def fault(message):
    global faults
    faults += 1
    print(f"a stopped kernel {version}: {message}")


def of_this_run(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            head, rest = f.read().rsplit(")", 1)
        if rest.split()[0] in "ZX":
            return False
        return head.split("(", 1)[1] == os.path.basename(tcplab) or os.readlink(f"/proc/{pid}/exe") == kernel
    except OSError:
        return False


def alive():
    return [int(pid) for pid in filter(str.isdigit, os.listdir("/proc")) if of_this_run(pid)]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(p) for p in f.read().split()]


def kernel_of(front):
    """The front's child is the guardian, and the guardian's the kernel, which leads a group."""
    found = [p for guardian in children(front) for p in children(guardian)]
    if len(found) != 1 or os.readlink(f"/proc/{found[0]}/exe") != kernel or os.getpgid(found[0]) != found[0]:
        sys.exit(f"a stopped kernel {version}: these are not its processes: {found}")
    return found[0]


def look_at_record():
    with open("record", encoding="utf-8") as f:
        events = [json.loads(line) for line in f]
    os.unlink("record")
    verdict = events[-1]
    if (verdict["ev"], verdict["verdict"], verdict.get("by")) != ("verdict", "broken", "front"):
        fault(f"the record ends with {verdict}")
    if not any(e["ev"] == "note" for e in events):
        fault("what came before is not in the record")


def main():
    environment = dict(os.environ, TCPLAB_SILENCE=f"{LIMIT}s", COLUMNS="2000")
    command = [tcplab, "run", lab, "--kernel", version, "--record", "record"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment) as run:
        for line in run.stdout:
            if "still here" in line:
                break
        os.killpg(kernel_of(run.pid), signal.SIGSTOP)
        stopped = time.monotonic()
        out = run.communicate(timeout=60)[0]
        took = time.monotonic() - stopped
    if run.returncode != 2:
        fault(f"status {run.returncode}")
    if took < LIMIT * 0.9:
        fault(f"it was given {took:.2f} s of {LIMIT}")
    for wanted in ("BROKEN long", f"the lab kernel said nothing for {LIMIT} s and was ended",
                   "; the kernel's last words: ", "let TCPLAB_SILENCE be longer"):
        if wanted not in out:
            fault(f"nothing says '{wanted}': {out[-2000:]}")
    deadline = time.monotonic() + 5
    while alive() and time.monotonic() < deadline:
        pass
    if alive():
        fault(f"processes {alive()} live on")
        for pid in alive():
            os.kill(pid, signal.SIGKILL)
    look_at_record()
    if os.listdir("."):
        fault(f"files are left: {os.listdir('.')}")
    return 1 if faults else 0


sys.exit(main())
