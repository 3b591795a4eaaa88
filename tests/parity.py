#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Are two records of one lab, by netem and by wire, the same network?

Each host must have sent and got the same segments and gone through the same states, in
the same order, at the same times; all other events and what the records say of themselves
are left aside. Prints what was compared, or the first difference of each host.
"""

import json
import sys

# The clock's grain in a record of a lab kernel is 0.1 ms; a time may round the other way.
TOLERANCE = 100_000


def story(path):
    """What happened to each host: (t, what)."""
    told = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            e = json.loads(line)
            if e["ev"] == "packet":
                what = (e["dir"], e["flags"], e["seq"], e.get("ack"), e["len"])
            elif e["ev"] == "state":
                what = (e.get("conn"), e["from"], e["to"])
            else:
                continue
            told.setdefault(e["host"], []).append((e["t"], what))
    return told


def main():
    first, second = story(sys.argv[1]), story(sys.argv[2])
    total, same_time, faults = 0, 0, 0
    for host in sorted(first.keys() | second.keys()):
        a, b = first.get(host, []), second.get(host, [])
        for (t, what), (u, other) in zip(a, b):
            if what != other or abs(t - u) > TOLERANCE:
                print(f"{host}: {what} at {t / 1e6} ms, but {other} at {u / 1e6} ms")
                faults += 1
                break
            total += 1
            same_time += t == u
        if len(a) != len(b):
            print(f"{host}: {len(a)} events, but {len(b)}")
            faults += 1
    print(f"{total} segments and states, {same_time} of them at exactly the same time")
    sys.exit(1 if faults or not total else 0)


if __name__ == "__main__":
    main()
