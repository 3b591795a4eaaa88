#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold a record's state events against the kernel's own trace of the same run.

usage: oracle.py TCPLAB LAB.lua RECORD TRACEFS

While the lab runs, the tracepoint sock:inet_sock_set_state is on in a tracing
instance of our own, for the lab's port, which is drawn at random so that
other runs on this machine do not mix in. It reports every change of state of a
full socket. It does not see requests and TIME-WAIT sockets, which are other structures:

  trace                        record
  CLOSE -> SYN_SENT            the same; the trace has no port yet (tcp_v4_connect() chooses it
                               next), so these are counted and given to whoever goes on from it
  FIN_WAIT2 -> CLOSE,          FIN-WAIT-2 -> TIME-WAIT, CLOSING -> TIME-WAIT: the full socket
  CLOSING -> CLOSE             goes and a TIME-WAIT socket takes its place (tcp_time_wait());
                               or -> CLOSED, when it was reset
  LISTEN -> SYN_RECV           nothing: the listener's copy on its way to become the
                               connection (inet_csk_clone_lock()); it has no peer yet
  nothing                      CLOSED -> SYN-RECV, a request; TIME-WAIT -> CLOSED
  all others                   the same, under the names of ss

After that the changes of each socket, told by host, port and peer's port, must be
the same list on both sides. Prints every socket whose lists differ.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys

NAMES = {"TCP_ESTABLISHED": "ESTAB", "TCP_SYN_SENT": "SYN-SENT", "TCP_SYN_RECV": "SYN-RECV",
         "TCP_FIN_WAIT1": "FIN-WAIT-1", "TCP_FIN_WAIT2": "FIN-WAIT-2", "TCP_CLOSE": "CLOSED",
         "TCP_TIME_WAIT": "TIME-WAIT", "TCP_CLOSE_WAIT": "CLOSE-WAIT", "TCP_LISTEN": "LISTEN",
         "TCP_LAST_ACK": "LAST-ACK", "TCP_CLOSING": "CLOSING"}
LINE = re.compile(r"([\d.]+): inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP "
                  r"sport=(\d+) dport=(\d+) saddr=(\S+) daddr=(\S+) .*"
                  r"oldstate=(\S+) newstate=(\S+)")


def write(path, text):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def trace_of(tracefs, port, command):
    """Run the command. Return its outcome and the lines of the trace."""
    instance = os.path.join(tracefs, "instances", f"tcplab-{os.getpid()}")
    event = os.path.join(instance, "events/sock/inet_sock_set_state")
    os.mkdir(instance)
    try:
        write(f"{instance}/trace_clock", "mono")
        write(f"{instance}/buffer_size_kb", "4096")
        write(f"{event}/filter", f"sport == {port} || dport == {port}")
        write(f"{event}/enable", "1")
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        write(f"{event}/enable", "0")
        with open(f"{instance}/trace", encoding="ascii", errors="replace") as f:
            lines = f.readlines()
        for cpu in os.listdir(f"{instance}/per_cpu"):
            with open(f"{instance}/per_cpu/{cpu}/stats", encoding="ascii") as f:
                lost = re.search(r"overrun: (\d+)", f.read())
            if lost and int(lost[1]):
                sys.exit(f"the trace of {cpu} lost {lost[1]} events")
    finally:
        os.rmdir(instance)
    return run, lines


def read_trace(lines, hosts, port):
    """Changes by socket, and how many listener's copies there were."""
    changes, copies, opened = collections.defaultdict(list), 0, collections.Counter()
    for line in lines:
        found = LINE.search(line)
        if not found:
            if not line.startswith("#"):
                sys.exit(f"a line of the trace that is not understood: {line}")
            continue
        _, sport, dport, saddr, _, old, new = found.groups()
        if (old, new) == ("TCP_LISTEN", "TCP_SYN_RECV"):
            copies += 1
            continue
        if (old, new, sport) == ("TCP_CLOSE", "TCP_SYN_SENT", "0"):
            opened[hosts[saddr]] += 1
            continue
        if "TCP_LISTEN" in (old, new):
            key = ("listener", int(sport), 0)
        else:
            key = (hosts[saddr], int(sport), int(dport))
        if old == "TCP_SYN_SENT" and opened[key[0]]:
            opened[key[0]] -= 1
            changes[key].append(("CLOSED", "SYN-SENT"))
        changes[key].append((NAMES[old], NAMES[new]))
    if sum(opened.values()):
        sys.exit(f"connections that were opened and nothing more: {dict(opened)}")
    if port not in {key[1] for key in changes}:
        sys.exit("the trace has nothing of this run")
    return changes, copies


def read_record(path):
    changes, conns, hosts = collections.defaultdict(list), {}, {}
    requests = waits = inferred = 0
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            ev = json.loads(line)
            if ev["ev"] == "header":
                hosts = {h["ipv4"]: h["name"] for h in ev["hosts"]}
            elif ev["ev"] == "conn":
                conns[ev["id"]] = ev
            elif ev["ev"] == "states":
                sys.exit(f"{path}:{number}: folded events cannot be compared")
            elif ev["ev"] == "state":
                change = (ev["from"], ev["to"])
                if change == ("CLOSED", "SYN-RECV"):
                    requests += 1
                    continue
                if change == ("TIME-WAIT", "CLOSED"):
                    continue
                waits += change[1] == "TIME-WAIT"
                inferred += ev.get("inferred", False)
                if "conn" in ev:
                    own = conns[ev["conn"]][ev["end"]]
                    peer = conns[ev["conn"]]["b" if ev["end"] == "a" else "a"]
                    key = (ev["host"], own["port"], peer["port"])
                else:
                    key = ("listener", ev["port"], 0)
                changes[key].append(change)
    return changes, hosts, requests, waits, inferred


def same(traced, recorded):
    """A full socket that leaves for TIME-WAIT is traced as closed."""
    leaves = {"FIN-WAIT-2", "CLOSING"}
    return traced == recorded or (traced[1] == "CLOSED" and traced[0] in leaves and
                                  recorded == (traced[0], "TIME-WAIT"))


def shown(changes):
    return ", ".join(f"{a} -> {b}" for a, b in changes) or "nothing"


def main():
    tcplab, lab, record, tracefs = sys.argv[1:]
    port = random.randint(20000, 30000)
    run, lines = trace_of(tracefs, port, [tcplab, "run", lab, "--param", f"port={port}",
                                          "--record", record, "-q"])
    print(run.stdout.strip())
    if run.returncode != 0:
        return 1
    recorded, hosts, requests, waits, inferred = read_record(record)
    traced, copies = read_trace(lines, hosts, port)
    wrong = 0
    for key in sorted(set(traced) | set(recorded)):
        a, b = traced.get(key, []), recorded.get(key, [])
        if len(a) != len(b) or not all(same(x, y) for x, y in zip(a, b)):
            wrong += 1
            print(f"{key[0]} port {key[1]} to port {key[2]}:\n  trace:  {shown(a)}\n"
                  f"  record: {shown(b)}")
    total = sum(map(len, traced.values()))
    print(f"{len(traced)} sockets, {total} changes of state in the trace, {inferred} of them "
          f"inferred in the record, {waits} into TIME-WAIT, {copies} connections from a listener, "
          f"{requests} requests: {wrong} sockets differ")
    if len(traced) != 401:
        wrong += 1
        print("200 connections have 400 ends, and there is one listener")
    if copies != 200 or requests != copies:
        wrong += 1
        print("every connection began as a request")
    kinds = {change for changes in recorded.values() for change in changes}
    for change in (("FIN-WAIT-2", "TIME-WAIT"), ("CLOSE-WAIT", "LAST-ACK"),
                   ("LAST-ACK", "CLOSED"), ("FIN-WAIT-1", "CLOSED")):
        if change not in kinds:
            wrong += 1
            print(f"the lab never showed {shown([change])}")
    return 1 if wrong else 0


sys.exit(main())
