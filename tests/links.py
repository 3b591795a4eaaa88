#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Did the frames of tests/labs/links.lua fare as the link says? From the run's record.

The model is netns/fate.c's, which is sch_netem's: a frame that is duplicated and lost comes once;
a second copy has a loss of its own. Each row: what was asked, what came, how many standard deviations
are between them; rows without a deviation are certain, up to the batches of the sender.
"""

import json
import math
import sys

LIMIT = 4
# Ethernet, IP, UDP, and what prog_frames sends.
ETHERNET, IP, UDP, PAYLOAD = 14, 20, 8, 104
FRAME = ETHERNET + IP + UDP + PAYLOAD

faults = 0


def row(what, wanted, seen, sigma, unit=""):
    global faults
    off = (seen - wanted) / sigma
    good = abs(off) <= LIMIT
    faults += not good
    print(f"  {what:28} expected {wanted:10.1f}{unit:3} seen {seen:10.1f}{unit:3} "
          f"sigma {sigma:8.2f}  {off:+6.2f}{'' if good else '  MISSED'}")


def chance(what, p, n, seen):
    row(what, n * p, seen, math.sqrt(n * p * (1 - p)))


def certain(what, wanted, seen, tolerance, unit=""):
    row(what, wanted, seen, tolerance / LIMIT, unit)


def jitter(what, c, deviation, kurtosis):
    """Mean and deviation of the way's time beyond the delay, us. A reading of the clock costs 1 us, and
    a turn of the wire's loop 10 us: as much may be too late."""
    n = c["total"]
    mean = c["mean"] - min(max(c["mean"], 0), 12)
    row(f"{what}: mean ({n})", 0, mean, deviation / math.sqrt(n), "us")
    row(f"{what}: deviation", deviation, c["deviation"],
        deviation * math.sqrt((kurtosis - 1) / 4 / n), "us")


def judge(cases, netem, frames):
    c, q, p, r = cases["many"], 0.02, 0.02, 0.05
    chance("loss 2 %", q * (1 - p), frames, c["lost"])
    chance("duplicate 2 %", p * (1 - q) ** 2, frames, c["twice"])
    chance("reorder 5 %", r, c["total"], c["early"])

    c, p, r = cases["burst"], 0.01, 0.25
    bad, kept = p / (p + r), 1 - p - r
    row("burst: lost", frames * bad, c["lost"], math.sqrt(frames * bad * (1 - bad) * (1 + kept) / (1 - kept)))
    chance("burst: how many", (1 - bad) * p, frames, c["bursts"])

    # netem flips any bit of the frame; those of headers are not seen here.
    share = PAYLOAD / (FRAME if netem else UDP + PAYLOAD)
    chance("corrupt 3 %, payload hit", 0.03 * share, frames, cases["corrupt"]["flipped"])

    jitter("uniform 5 ms", cases["uniform"], 5000 / math.sqrt(3), 1.8)
    jitter("normal 10 ms", cases["normal"], 10000, 3)
    jitter("Pareto 4 ms", cases["pareto"], 4000, 8)

    certain("one in 5 let past", min(frames, 20000) / 5, cases["gap"]["early"], 1)
    certain("none lost", 0, cases["gap"]["lost"], 0.5)
    certain("50 Mbit/s: 4000 frames", 3999 * FRAME * 8 / 50, cases["rate"]["span"], 200, "us")
    # 50 a millisecond: 1000 find room in each 100 ms, and they are sent for 400 ms.
    certain("queue of 1000", 4000, cases["limit"]["total"], 200)


def main():
    header, cases, name = None, {}, None
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            e = json.loads(line)
            if e["ev"] == "header":
                header = e
            elif e["ev"] == "step":
                name = e["text"]["en"]
            elif e["ev"] == "output" and e["text"].startswith("{"):
                cases[name] = json.loads(e["text"])
    backend = header["impair"]["backend"]
    frames = int(header["params"]["frames"])
    print(f"{backend} on {header['kernel']['release']}, {frames} frames:")
    judge(cases, backend == "netem", frames)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
