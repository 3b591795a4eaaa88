#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What tcplab promises to be quick and small at, measured side by side in one run.

Machines are noisy: every figure is a median, tcplab and its rival take turns, and
what counts is the ratio. Run by `make bench`; a rival that is not here is named.
"""

import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

RUNS = int(os.environ.get("BENCH_RUNS", "20"))
BUILD = os.path.abspath(os.environ.get("TCPLAB_BUILD", "build"))
TCPLAB = os.environ.get("TCPLAB", os.path.join(BUILD, "tcplab"))
LAB = "handshake"

MININET = """
from mininet.net import Mininet
net = Mininet(controller=None, waitConnected=False)
a, b = net.addHost("a"), net.addHost("b")
net.addLink(a, b)
net.start()
net.stop()
"""

rows = []


def row(what, seen, wanted="", holds=None):
    rows.append((what, seen, wanted, {None: "", True: "holds", False: "MISSED"}[holds]))


def ms(seconds):
    return f"{seconds * 1000:.1f} ms"


def timed(command, **kwargs):
    """Run a command; seconds and the finished process."""
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **kwargs)
    return time.monotonic() - began, done


def read_record(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def run_lab(first_step=None):
    """One run, as a learner sees it: seconds until the first step is on the screen
    (when its text is known), seconds of wall time, and the record.

    The clock starts before the process does, so that exec and everything after it count."""
    with tempfile.TemporaryDirectory() as where:
        record = os.path.join(where, "record")
        mine, its = os.pipe()
        began = time.monotonic()
        child = os.posix_spawn(
            TCPLAB,
            [TCPLAB, "run", LAB, "--lang", "en", "--no-color", "--record", record],
            {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100"},
            file_actions=[(os.POSIX_SPAWN_DUP2, its, 1), (os.POSIX_SPAWN_CLOSE, mine)],
        )
        os.close(its)
        shown, start = b"", None
        while chunk := os.read(mine, 65536):
            shown += chunk
            if start is None and first_step and first_step in shown:
                start = time.monotonic() - began
        os.close(mine)
        _, status = os.waitpid(child, 0)
        wall = time.monotonic() - began
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"bench: {LAB} did not pass:\n{shown.decode(errors='replace')}")
        return start, wall, read_record(record)


def mininet_python():
    """An interpreter that has Mininet's API, and why there is none."""
    if os.geteuid() != 0:
        return None, "needs root"
    # Debian's package serves the distribution's own Python, which may not be the first in PATH.
    for python in ("/usr/bin/python3", sys.executable):
        if os.access(python, os.X_OK):
            probe = subprocess.run([python, "-c", "import mininet.net"], capture_output=True, check=False)
            if probe.returncode == 0:
                return python, ""
    return None, "needs package mininet"


def bench_start():
    """(1) exec to first step, against Mininet; (2) wall time against the lab's own."""
    python, why_not = mininet_python()
    walls, starts, own, rival = [], [], [], []
    _, _, events = run_lab()
    # Its beginning is enough, and stands on one line whatever the width.
    first_step = next(e for e in events if e["ev"] == "step")["text"]["en"][:20].encode()
    for _ in range(RUNS):
        start, wall, events = run_lab(first_step)
        walls.append(wall)
        if start is not None:
            starts.append(start)
        own.append(events[-1]["run"] / 1e9)
        if python:
            # A private network namespace, so that nothing of it stays on this machine.
            seconds, done = timed(["unshare", "--net", "--mount", python, "-c", MININET])
            if done.returncode != 0:
                python, why_not = None, "Mininet failed: " + (done.stderr.strip().splitlines() or ["?"])[-1]
                continue
            rival.append(seconds)

    if starts:
        start = statistics.median(starts)
        row("exec to first step, two hosts", ms(start), "at most 10 ms", start <= 0.010)
    else:
        start = None
        row("exec to first step, two hosts", "the step was never shown", "at most 10 ms", False)
    if rival:
        slow = statistics.median(rival)
        row("Mininet API, two hosts, start and stop", ms(slow))
        if start:
            row("  how many times tcplab's time", f"{slow / start:.1f}", "at least 15", slow / start >= 15)
    else:
        row("Mininet API, two hosts, start and stop", f"not measured: {why_not}")

    extra = statistics.median(w - o for w, o in zip(walls, own))
    row(f"{LAB}: wall time", ms(statistics.median(walls)))
    row("  its own length (the run's clock)", ms(statistics.median(own)))
    row("  what tcplab adds", ms(extra), "at most 25 ms", extra <= 0.025)


def descendants(pid):
    """This process and all below it, by /proc."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
                found += [int(child) for child in children.read().split()]
        except OSError:
            pass
    return found


def peak(pid):
    """Peak resident set of one process in KiB."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            seen = re.search(r"^VmHWM:\s+(\d+) kB", status.read(), re.M)
        return int(seen[1]) if seen else 0
    except OSError:
        return 0


def bench_memory():
    """(4) VmHWM of front and engine; a peak only grows, so the last look is the one that counts."""
    front = subprocess.Popen([TCPLAB, "run", LAB], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peaks = {}
    while front.poll() is None:
        for pid in descendants(front.pid):
            peaks[pid] = max(peaks.get(pid, 0), peak(pid))
        time.sleep(0.001)
    total = sum(peaks.values()) / 1024
    each = " + ".join(f"{p / 1024:.1f}" for p in peaks.values())
    row("peak memory of front and engine", f"{total:.1f} MB ({each})", "at most 16 MB", total <= 16)


def bench_dump():
    """(3) tests/bench_sockdiag.c prints its own table."""
    program = os.path.join(BUILD, "bench_sockdiag")
    if not os.access(program, os.X_OK):
        row("dump of 28,232 TIME-WAIT sockets", "not measured: no tests/bench_sockdiag.c", "", False)
        return True
    if not shutil.which("ss"):
        print("bench_sockdiag: ss is missing (package iproute2)")
    return subprocess.run([program], check=False).returncode == 0


def bench_wire():
    """(6) tests/bench_wire.c: how much the wire carries, and how long it takes."""
    program = os.path.join(BUILD, "bench_wire")
    if not os.access(program, os.X_OK):
        row("wire", "not measured: no tests/bench_wire.c", "", False)
        return
    runs = []
    for _ in range(max(1, RUNS // 4)):
        _, done = timed([program])
        if done.returncode != 0:
            row("wire", "not measured: " + done.stderr.strip(), "", False)
            return
        runs.append([float(x) for x in done.stdout.split()])
    rate = statistics.median(r[0] for r in runs)
    way = statistics.median(r[1] for r in runs) / 1e6
    row("wire, no impairment: segments a second", f"{rate:,.0f}", "at least 150,000", rate >= 150000)
    row("  a segment's whole way, median", f"{way:.3f} ms", "at most 0.2 ms", way <= 0.2)


def bench_flood():
    """(7) tests/bench_flood.c: SYNs a second, in turn with hping3, into the same interface."""
    program = os.path.join(BUILD, "bench_flood")
    if not os.access(program, os.X_OK):
        row("flood", "not measured: no tests/bench_flood.c", "", False)
        return
    _, done = timed([program, str(max(1, RUNS // 4))])
    if done.returncode != 0:
        row("flood", "not measured: " + done.stderr.strip(), "", False)
        return
    rounds = [[float(x) for x in line.split()] for line in done.stdout.splitlines()]
    ours = statistics.median(r[0] for r in rounds)
    row("flood: SYNs a second at the host", f"{ours:,.0f}")
    if any(r[1] == 0 for r in rounds):
        row("  hping3 --flood --rand-source", "not here (package hping3), or not allowed here")
        return
    rival = statistics.median(r[1] for r in rounds)
    ratio = statistics.median(r[0] / r[1] for r in rounds)
    row("  hping3 --flood --rand-source", f"{rival:,.0f}")
    row("  ours to hping3's, round by round", f"{ratio:.2f}", "at least 1.3", ratio >= 1.3)


def bench_ports():
    """(8) All default ports used up on the machine's own kernel, bound first and not."""
    with tempfile.TemporaryDirectory() as where:
        bound, chosen = [], []
        for _ in range(max(1, RUNS // 10)):
            record = os.path.join(where, "record")
            _, done = timed([TCPLAB, "run", "tests/labs/ports.lua", "--kernel", "host", "-q", "--record", record],
                            env={**os.environ, "LC_ALL": "C.UTF-8"})
            if done.returncode != 0:
                row("28,232 ports", "not measured: " + done.stdout.strip(), "", False)
                return
            seen = {e["name"]: int(e["value"]) for e in read_record(record) if e["ev"] == "value"}
            bound.append(seen["bound_us"] / 1e6)
            chosen.append((seen["naive_ports"], seen["naive_us"] / 1e6))
    took = statistics.median(bound)
    row("28,232 ports used up, bind() before connect()", f"{took:.2f} s", "at most 1.5 s", took <= 1.5)
    ports, seconds = sorted(chosen)[len(chosen) // 2]
    left = "all" if ports == 28232 else f"the first {ports:,}, then given up: the rest costs more and more"
    row("  connect() alone, which chooses the port", f"{seconds:.2f} s for {left}")


def lab_kernels():
    """Version and file of each lab kernel, as tcplab finds them."""
    _, done = timed([TCPLAB, "kernels", "--lang", "en"],
                    env={**os.environ, "COLUMNS": "200", "LC_ALL": "C.UTF-8"})
    return re.findall(r"^  (\S+) +virtual .*\n +(/.*)$", done.stdout, re.M)


def boot(kernel, *args):
    """A lab kernel with bench_boot as init, started as labkernel.c does; seconds."""
    began = time.monotonic()
    linux = subprocess.Popen(
        [kernel, "time-travel=inf-cpu", "mem=64M", "root=none", "rootfstype=hostfs", "rootflags=/",
         "ro", "init=" + os.path.join(BUILD, "bench_boot"), "con=null", "con0=null,fd:1", "ssl=null",
         "uml_dir=/dev/null/", "quiet", "panic=-1", "random.trust_cpu=on", "--", *args],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={"TMPDIR": "/dev/shm"}, start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    # Without a timeout: with one, Python looks every 32 ms whether it has ended.
    limit = threading.Timer(60, linux.kill)
    limit.start()
    linux.wait()
    seconds = time.monotonic() - began
    limit.cancel()
    try:
        os.killpg(linux.pid, signal.SIGKILL)  # it can leave its address spaces behind, stopped
    except ProcessLookupError:
        pass
    said = linux.stdout.read()
    if "up" not in said.split():
        sys.exit(f"bench: {kernel} did not boot:\n{said}")
    return seconds


def play(lab, version):
    """A lab on a lab kernel, the whole process: seconds, and what the run's clock says."""
    with tempfile.TemporaryDirectory() as where:
        record = os.path.join(where, "record")
        seconds, done = timed([TCPLAB, "run", lab, "--kernel", version, "-q", "--record", record])
        if done.returncode != 0:
            sys.exit(f"bench: {lab} on {version} did not pass:\n{done.stdout}{done.stderr}")
        return seconds, read_record(record)[-1]["run"] / 1e9


def resident(version):
    """Proportional set size of all processes of a run, MB at its highest."""
    front = subprocess.Popen([TCPLAB, "run", "keepalive", "--kernel", version],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while front.poll() is None:
        total = 0
        for pid in descendants(front.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                    seen = re.search(r"^Pss:\s+(\d+) kB", rollup.read(), re.M)
                total += int(seen[1]) if seen else 0
            except OSError:
                pass
        most = max(most, total / 1024)
    return most


LAB_LIMITS = {"handshake": 0.150, "syn-timeout": 0.200, "keepalive": 0.200}


def bench_kernel(version, kernel):
    """(5) a lab kernel bare, with a topology, and with labs; they take turns."""
    bare, wired, labs = [], [], {lab: [] for lab in LAB_LIMITS}
    for _ in range(RUNS):
        bare.append(boot(kernel))
        wired.append(boot(kernel, "topology"))
        for lab, runs in labs.items():
            runs.append(play(lab, version))
    row(f"{version}: bare boot to halt", ms(statistics.median(bare)))
    peer = statistics.median(wired)
    row("  with the same topology, raw netlink", ms(peer))
    for lab, runs in labs.items():
        wall = statistics.median(r[0] for r in runs)
        limit = LAB_LIMITS[lab]
        row(f"  {lab}, whole process", ms(wall), f"at most {limit * 1000:.0f} ms", wall <= limit)
        if lab == LAB:
            row("    how many times the peer's", f"{wall / peer:.1f}", "at most 3", wall / peer <= 3)
        row("    virtual to wall", f"{runs[-1][1]:.1f} s, {runs[-1][1] / wall:.0f} : 1")
    size = os.path.getsize(kernel) / 1e6
    row("  the file", f"{size:.2f} MB", "at most 5 MB", size <= 5)
    memory = resident(version)
    row("  a run's memory (keepalive, all processes)", f"{memory:.1f} MB", "at most 64 MB", memory <= 64)


def bench_kernels():
    kernels = lab_kernels()
    if not kernels:
        row("lab kernels", "not measured: none here, `make kernels` builds them")
    for version, kernel in kernels:
        bench_kernel(version, kernel)


PAGE_LIMIT = 300 * 1000


def bench_reports():
    """(7) the report of each lab, from its record and with the run; the size of the page."""
    kernels = lab_kernels()
    if not kernels:
        row("reports", "not measured: no lab kernel, and a real clock would measure the labs")
        return
    version = kernels[-1][0]
    _, done = timed([TCPLAB, "list", "--lang", "en", "--no-color"], env={**os.environ, "LC_ALL": "C.UTF-8"})
    for lab in re.findall(r"^  ([a-z0-9][a-z0-9-]*) ", done.stdout, re.M):
        with tempfile.TemporaryDirectory() as where:
            record, page = os.path.join(where, "record.jsonl"), os.path.join(where, "page.html")
            timed([TCPLAB, "run", lab, "--kernel", version, "-q", "--record", record])
            alone, whole = [], []
            for _ in range(max(1, RUNS // 4)):
                alone.append(timed([TCPLAB, "report", record, "-o", page])[0])
                whole.append(timed([TCPLAB, "report", lab, "--kernel", version, "-o", page])[0])
            size = os.path.getsize(page)
        row(f"report of {lab} ({version}): from its record, with the run",
            f"{ms(statistics.median(alone))}, {ms(statistics.median(whole))}")
        row("  the page", f"{size / 1000:.0f} KB", "at most 300 KB", size <= PAGE_LIMIT)


def write_long(path, keep):
    """A record of 10,000 events: segments of one connection, out and in, and lost ones."""
    with open(path, "w", encoding="utf-8") as out:
        def put(ev, **fields):
            out.write(json.dumps({"ev": ev, **fields}) + "\n")
        put("header", format=1, lab="long", hosts=[{"name": "client"}, {"name": "server"}])
        put("step", t=0, n=1, text={"en": "Data"})
        put("conn", t=0, id=1, a={"host": "client", "port": 1024}, b={"host": "server", "port": 80})
        for i in range(5000):
            t = i * 1000000
            data = {"seg": i, "conn": 1, "flags": "PA", "seq": 1 + 100 * (i // 2), "ack": 1, "len": 100, "win": 1000}
            put("packet", t=t, host="client", dir="out", **data)
            if keep(i):
                put("packet", t=t + 1000, host="server", dir="in", **data)
            else:
                put("lost", t=t + 1000, seg=i, conn=1, host="server", why="loss")
        put("verdict", t=5000000000, verdict="pass", passed=0, failed=0, run=5000000000)


def bench_compare():
    """Two records of 10,000 events side by side, from exec to the last line."""
    with tempfile.TemporaryDirectory() as where:
        paths = [os.path.join(where, name) for name in ("a", "b")]
        write_long(paths[0], lambda i: i % 7)
        write_long(paths[1], lambda i: i % 5)
        walls, times = [], []
        for _ in range(RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds, done = timed([TCPLAB, "compare", *paths])
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            walls.append(seconds)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            if done.returncode != 1:
                sys.exit(f"bench: compare ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    seen = statistics.median(times)
    row("compare of two records of 10,000 events", f"{ms(seen)} of processor, {ms(statistics.median(walls))} wall",
        "processor below 0.5 s", seen < 0.5)


def write_connections(path, events):
    """A record of that many events: connections one after the other, each with all its states."""
    flags = (("S", 0), ("SA", 1), ("A", 0), ("PA", 0), ("A", 1), ("FA", 0), ("FA", 1), ("A", 0))
    states = (("client", "SYN-SENT"), ("server", "SYN-RECV"), ("client", "ESTAB"), ("server", "ESTAB"),
              ("client", "FIN-WAIT-1"), ("server", "LAST-ACK"), ("client", "TIME-WAIT"), ("server", "CLOSED"))
    names = ("client", "server")
    with open(path, "w", encoding="utf-8") as out:
        def put(ev, **fields):
            nonlocal events
            events -= 1
            out.write(json.dumps({"ev": ev, **fields}) + "\n")
        put("header", format=1, lab="many", hosts=[{"name": name} for name in names])
        conn = t = seg = 0
        while events > 30:
            conn += 1
            put("step", t=t, n=conn, text={"en": f"Connection {conn}"})
            put("conn", t=t, id=conn, a={"host": "client", "port": 1024}, b={"host": "server", "port": 80})
            for letters, sender in flags:
                seg += 1
                segment = {"seg": seg, "conn": conn, "flags": letters, "seq": 1, "ack": 1, "len": 0, "win": 500}
                put("packet", t=t, host=names[sender], dir="out", **segment)
                t += 100000
                put("packet", t=t, host=names[1 - sender], dir="in", **segment)
            for host, state in states:
                put("state", t=t, host=host, conn=conn, to=state, rq=0, wq=0,
                    timer={"kind": "retrans", "in": 200000000, "tries": 0})
            put("state", t=t, host="client", conn=conn, to="CLOSED")
        while events > 1:
            put("note", t=t, text={"en": "the end"})
        put("verdict", t=t, verdict="pass", passed=0, failed=0, run=t)


def bench_play():
    """(8) tests/bench_play.c: the player opens a record of 200,000 events, and draws any place of it."""
    program = os.path.join(BUILD, "bench_play")
    if not os.path.exists(program):
        row("player", "not measured: no tests/bench_play.c", "", False)
        return
    with tempfile.TemporaryDirectory() as where:
        record = os.path.join(where, "record.jsonl")
        write_connections(record, 200000)
        seen = []
        for _ in range(max(1, RUNS // 4)):
            _, done = timed([program, record])
            if done.returncode:
                sys.exit(f"bench: bench_play ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            seen.append([float(word) for word in done.stdout.split()])
    count, opened, first, again, longest = (statistics.median(column) for column in zip(*seen))
    row(f"player: a record of {count:,.0f} events, opened and drawn", f"{opened + first:.0f} ms", "below 1 s",
        opened + first < 1000)
    row("  any place of it drawn at 200x50 (the longest of 200)", f"{again:.1f} ms ({longest:.1f} ms)", "below 40 ms",
        again < 40)


def main():
    bench_start()
    bench_memory()
    bench_wire()
    bench_flood()
    bench_ports()
    bench_compare()
    bench_play()
    bench_kernels()
    bench_reports()
    kernel = os.uname()
    print(f"{kernel.sysname} {kernel.release} {kernel.machine}, {os.cpu_count()} CPUs, medians of {RUNS} runs")
    widths = [max(len(r[i]) for r in rows) for i in range(4)]
    for r in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(r, widths)).rstrip())
    print()
    sys.stdout.flush()
    dumped = bench_dump()
    sys.exit(0 if dumped and all(r[3] != "MISSED" for r in rows) else 1)


if __name__ == "__main__":
    main()
