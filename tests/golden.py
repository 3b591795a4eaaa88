#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden records: what each lab gives on each lab kernel, kept in the tree.

usage: golden.py check|update DIRECTORY LABS TCPLAB KERNEL...
       golden.py compare GOLDEN RECORD

On a lab kernel a lab gives the same record every time. DIRECTORY/KERNEL/LAB.jsonl holds it;
`check` plays every lab of LABS (a folder of labs) again and tells each difference in words;
`update` writes what it finds, and is asked for by `make golden`. In the record as it is kept
nothing is left that may change without anything being wrong: the date, the version of tcplab, the
kernel's patch level (Debian's next 6.1 may change nothing that a lab shows; what it does change
is a difference), where the tree lies, and line numbers of the lab.

A lab with chance in it has no golden record but a story, DIRECTORY/KERNEL/LAB.story: its
steps, questions and expectations with their verdicts. `update` finds out which it is: a lab that
runs a program of the machine, or whose records are not the same RUNS times, has a story. So
has one whose record is larger than anybody will read (LARGE).

Exit status of check and compare: 0 the same, 1 different; 2 wrong use.
"""
import concurrent.futures
import difflib
import json
import os
import subprocess
import sys
import tempfile

RUNS = 5
LARGE = 200_000
SHOWN = 10
STORY = {
    "step": ("text",),
    "predict": ("text", "options", "answer"),
    "expect": ("name", "verdict"),
    "verdict": ("verdict", "passed", "failed"),
}
TIMES = {"t", "since", "seen_t", "in", "within", "at", "hold", "mark", "tolerance", "run", "delay"}
# What tells one event from the next, so that the same one is found in both records.
NAMES = ("host", "conn", "end", "port", "dir", "flags", "len", "from", "to", "op", "name", "text", "id",
         "why")


def normal(record):
    """The lines of a record as events, without what may change."""
    events = [json.loads(line) for line in record.splitlines()]
    for event in events:
        event.pop("where", None)
        if event["ev"] == "header":
            event["date"] = "2000-01-01T00:00:00Z"
            event["tcplab"] = "0"
            event["file"] = "labs/" + os.path.basename(event.get("file", ""))
            event["kernel"]["release"] = ".".join(event["kernel"]["release"].split(".")[:2])
    return events


def story(events):
    return [{"ev": e["ev"], **{k: e[k] for k in STORY[e["ev"]] if k in e}} for e in events if e["ev"] in STORY]


def text_of(events):
    return "".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) + "\n" for e in events)


def events_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# ---- differences in words ---------------------------------------------------


def english(value):
    return value["en"] if isinstance(value, dict) and "en" in value else value


def said(name, value):
    if value is None:
        return "not there"
    if name.split(".")[-1] in TIMES and isinstance(value, int):
        return f"{value / 1e6:.9g} ms"
    return json.dumps(english(value), ensure_ascii=False)


def title(event):
    """Which event this is, for people."""
    e = {k: english(v) for k, v in event.items()}
    where = e.get("host", "")
    if "conn" in e:
        where += f" #{e['conn']}"
    what = {
        "packet": lambda: f"{e.get('flags')} {e.get('dir')}, {e.get('len')} bytes",
        "icmp": lambda: e.get("name"),
        "state": lambda: f"{e.get('from')} to {e.get('to')}",
        "socket": lambda: f"queues {e.get('rq')}, {e.get('wq')}",
        "sysctl": lambda: e.get("name"),
        "counter": lambda: e.get("name"),
        "call": lambda: e.get("op"),
    }.get(e["ev"], lambda: e.get("name") or e.get("text") or e.get("op") or "")()
    return " ".join(x for x in (e["ev"], where, str(what)[:60]) if x)


def fields(value, name=""):
    """A nested value as {"timer.in": 5}."""
    if isinstance(value, dict) and value:
        for k, v in value.items():
            yield from fields(v, f"{name}.{k}" if name else k)
    else:
        yield name, value


def changed(was, now):
    before, after = dict(fields(was)), dict(fields(now))
    for name in list(before) + [n for n in after if n not in before]:
        if before.get(name) != after.get(name):
            yield f"{name} was {said(name, before.get(name))}, is {said(name, after.get(name))}"


def key(event):
    return json.dumps([event["ev"]] + [event.get(n) for n in NAMES], sort_keys=True)


def differences(was, now):
    """One line for each event that differs."""
    matcher = difflib.SequenceMatcher(None, [key(e) for e in was], [key(e) for e in now], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        pairs = [(was[i + n] if i + n < j else None, now[k + n] if k + n < m else None)
                 for n in range(max(j - i, m - k))]
        for old, new in pairs:
            either = old or new
            at = said("t", either["t"]) + ": " if "t" in either else ""
            if old and new and (tag == "equal" or old["ev"] == new["ev"]):
                what = "; ".join(changed(old, new))
                if what:
                    yield f"{at}{title(old)}: {what}"
                continue
            if old:
                yield f"{at}gone: {title(old)}"
            if new:
                at = said("t", new["t"]) + ": " if "t" in new else ""
                yield f"{at}new: {title(new)}"


def tell(was, now):
    """All of it in lines of text, the first SHOWN of them at length."""
    lines = list(differences(was, now))
    if not lines and was != now:
        lines = ["the same events in another order of their fields"]
    return lines[:SHOWN] + ([f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])


# ---- playing ----------------------------------------------------------------


class Golden:
    def __init__(self, directory, labs, tcplab):
        self.directory, self.labs, self.tcplab = directory, labs, tcplab

    def play(self, kernel, lab):
        """The record of one run, or None and what tcplab said."""
        with tempfile.TemporaryDirectory() as area:
            path = os.path.join(area, "record")
            done = subprocess.run([self.tcplab, "run", os.path.join(self.labs, lab + ".lua"), "--kernel", kernel,
                                   "--allow-exec", "--record", path], capture_output=True, text=True, check=False,
                                  stdin=subprocess.DEVNULL, env={**os.environ, "TCPLAB_MUST_RUN": "0"})
            if not os.path.exists(path):
                return None, done.stderr.strip() or done.stdout.strip()[-400:]
            with open(path, encoding="utf-8") as lines:
                return lines.read(), ""

    def path(self, kernel, lab, kind):
        return os.path.join(self.directory, kernel, f"{lab}.{kind}")

    def check(self, kernel, lab):
        kind = next((k for k in ("jsonl", "story") if os.path.exists(self.path(kernel, lab, k))), None)
        if not kind:
            return ["no golden record: `make golden` makes one"]
        record, complaint = self.play(kernel, lab)
        if record is None:
            return [complaint]
        now = normal(record)
        return tell(events_of(self.path(kernel, lab, kind)), story(now) if kind == "story" else now)

    def update(self, kernel, lab):
        events = None
        for _ in range(RUNS):
            record, complaint = self.play(kernel, lab)
            if record is None:
                return ["cannot be played: " + complaint]
            now = normal(record)
            if now[-1].get("verdict") not in ("pass", "skip"):
                return [f"is {now[-1].get('verdict')}: no golden record is made of that"]
            chance = any(e["ev"] == "program" for e in now) or len(record) > LARGE or (events or now) != now
            events = now
            if chance:
                break
        kind, other = ("story", "jsonl") if chance else ("jsonl", "story")
        if os.path.exists(self.path(kernel, lab, other)):
            os.remove(self.path(kernel, lab, other))
        new = text_of(story(events) if chance else events)
        path = self.path(kernel, lab, kind)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as was:
                old = was.read()
        if old == new:
            return []
        with open(path, "w", encoding="utf-8") as out:
            out.write(new)
        return [f"{path} is {'changed' if old else 'new'}"]


def run(verb, directory, labs, tcplab, kernels):
    golden = Golden(directory, labs, tcplab)
    names = sorted(f[:-4] for f in os.listdir(labs) if f.endswith(".lua"))
    passed, failed = 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [(k, n, pool.submit(golden.check if verb == "check" else golden.update, k, n))
                for k in kernels for n in names]
        for kernel, name, job in jobs:
            lines = job.result()
            good = not lines or (verb == "update" and lines[0].endswith(("changed", "new")))
            passed, failed = passed + good, failed + (not good)
            if lines:
                print(f"{name} on {kernel}:", *lines, sep="\n    ")
        for kernel in kernels if verb == "check" else ():
            kept = {os.path.splitext(f)[0] for f in os.listdir(os.path.join(directory, kernel))}
            for name in sorted(kept - set(names)):
                failed += 1
                print(f"{name} on {kernel}: a golden record of a lab that is not there; remove it")
    if failed and verb == "check":
        print("A change that is meant: `make golden`, and read `git diff tests/golden` like code.")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main(argv):
    if len(argv) >= 6 and argv[1] in ("check", "update"):
        return run(argv[1], argv[2], argv[3], argv[4], argv[5:])
    if len(argv) == 4 and argv[1] == "compare":
        with open(argv[3], encoding="utf-8") as lines:
            record = normal(lines.read())
        lines = tell(events_of(argv[2]), story(record) if argv[2].endswith(".story") else record)
        print(*lines, sep="\n")
        return 1 if lines else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
