#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold run records against docs/record.md and against themselves.

usage: record_check.py RECORD.MD FILE...

Every event and field has to be documented there and to have the type given
here; what is given here and not there is a fault too, so that the two cannot
drift apart. Then what a record promises: a header first and one verdict last,
times that never go back, connections introduced before they are named, segments
that are the same wherever they are seen, state changes that join up, sequence
numbers that count from the ISN. Prints each fault with its line; exit status 0 when
there is none.
"""
import json
import re
import sys

STATES = {"LISTEN", "SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
          "CLOSING", "LAST-ACK", "TIME-WAIT", "CLOSED"}


def one_of(*values):
    return lambda v: v in values


def natural(v):
    return isinstance(v, int) and not isinstance(v, bool) and v >= 0


def integer(v):
    return isinstance(v, int) and not isinstance(v, bool)


def positive(v):
    return natural(v) and v > 0


def text(v):
    return isinstance(v, str) and not re.search(r"[\x00-\x1f\x7f-\x9f]", v)


def texts(v):
    return (isinstance(v, dict) and "en" in v and set(v) <= {"en", "zh"} and
            all(isinstance(t, str) and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", t)
                for t in v.values()))


def list_of(kind):
    return lambda v: isinstance(v, list) and all(kind(x) for x in v)


def mapping(v):
    return isinstance(v, dict) and all(text(k) and text(x) for k, x in v.items())


def fields(**wanted):
    """An object with some of these members; a name that ends in _ is required."""
    must = {k[:-1] for k in wanted if k.endswith("_")}
    kinds = {k.rstrip("_"): kind for k, kind in wanted.items()}
    return lambda v: (isinstance(v, dict) and must <= set(v) and set(v) <= set(kinds) and
                      all(kinds[k](x) for k, x in v.items()))


def number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def info(v):
    """From tcp_info: numbers, and whether an option was agreed on."""
    return isinstance(v, dict) and all(text(k) and (number(x) or isinstance(x, bool))
                                       for k, x in v.items())


true, false = one_of(True), one_of(False)
state = one_of(*STATES)
end = fields(host=text, addr_=text, port=natural)
timer = fields(kind_=one_of("retrans", "keepalive", "timewait", "probe"), tries=natural,
               **{"in_": natural})

# What the network does on the way to a host; its fields as those of whom it belongs to.
LINK = dict(delay_=natural, loss_=number, jitter=positive,
            distribution=one_of("uniform", "normal", "pareto"),
            burst=fields(p_=number, r_=number, good_=number, bad_=number), duplicate=number,
            reorder=number, gap=positive, corrupt=number, rate=positive, limit=positive)

# Fields by event; one that ends in _ is always there. t is checked apart.
EVENTS = {
    "header": dict(format_=one_of(1), tcplab_=text, lab_=text, file_=text, title=texts, lesson=text,
                   date_=lambda v: bool(re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\dZ", v)),
                   params=mapping, set=mapping, server=list_of(text), counter_run=texts, length=positive, full_length=positive, seed_=natural,
                   kernel_=fields(release_=text, kind_=one_of("host", "lab"), arch_=text),
                   clock_=one_of("real", "virtual"), impair=fields(backend_=text, why_=text),
                   hosts_=list_of(fields(name_=text, ipv4=text, ipv6=text, **LINK))),
    "step": dict(n_=positive, text_=texts),
    "note": dict(text_=texts),
    "value": dict(name_=text, value_=text, unit=text),
    "conn": dict(id_=positive, family_=one_of(4, 6), a_=end, b_=end),
    "call": dict(id_=positive, host_=text, actor_=natural, op_=text, args=text, conn=positive,
                 result=integer, errno=text, pending=true),
    "return": {"id_": positive, "result": integer, "errno": text, "conn": positive},
    "packet": dict(host_=text, dir_=one_of("in", "out"), seg_=positive, conn=positive,
                   flags_=lambda v: bool(re.fullmatch("S?F?R?P?A?U?E?C?", v)), seq_=natural,
                   ack=natural, len_=natural, win_=natural, ttl_=natural, rtx=true, mss=natural,
                   wscale=natural, sackok=true, made=true, ts=list_of(natural),
                   sack=list_of(list_of(natural)), tfo=natural),
    "icmp": {"host_": text, "dir_": one_of("in", "out"), "addr_": text, "type_": natural, "code_": natural,
             "name_": text, "mtu": positive, "ttl_": natural, "conn": positive, "end": one_of("a", "b"),
             "seg": positive, "seq": natural, "len": natural, "src": end, "dst": end,
             "flags": lambda v: bool(re.fullmatch("S?F?R?P?A?U?E?C?", v))},
    "predict": dict(n_=positive, text_=texts, options_=list_of(texts), answer_=positive, why_=texts),
    "crash": dict(host_=text, actor_=natural, sockets_=natural),
    "flood": {"id_": positive, "host_": text, "port_": positive, "count_": positive, "rate": positive,
              "duration": positive, "from_": text},
    "flooded": dict(id_=positive, host_=text, sent_=natural, lost=positive),
    "lost": dict(seg_=positive, conn=positive, host=text, rule=positive,
                 why_=one_of("loss", "rule", "queue", "ttl", "down", "corrupt", "unreachable")),
    "held": dict(seg_=positive, conn_=positive, host_=text, rule_=positive),
    "duplicated": dict(seg_=positive, conn_=positive, host_=text, rule_=positive),
    "delayed": dict(seg_=positive, conn_=positive, host_=text, rule_=positive),
    "rule": {"id_": positive, "action_": one_of("drop", "hold", "duplicate", "delay", "off"),
             "from": text, "to": text, "flags": text, "port": positive, "conn": positive,
             "len": natural, "data": one_of(True, False), "rtx": one_of(True, False),
             "nth": positive, "count": positive, "by": natural, "copies": positive},
    "released": dict(rule_=positive, count_=natural),
    "inject": dict(host_=text, flags_=text, len_=natural, conn=positive, seq=natural, ack=natural),
    "link": dict(host_=text, up_=one_of(True, False)),
    "vanish": dict(host_=text),
    "packets": dict(host_=text, dir_=one_of("in", "out"), flags=text, count_=positive,
                    bytes_=natural, since_=integer),
    "state": {"host_": text, "conn": positive, "end": one_of("a", "b"), "port": natural,
              "from_": state, "to_": state, "inferred": true, "timer": timer, "rq": natural,
              "wq": natural, "owner": false, "info": info},
    "socket": {"host_": text, "conn": positive, "end": one_of("a", "b"), "port": natural,
               "timer": timer, "rq_": natural, "wq_": natural, "owner": false, "info": info},
    "states": {"host_": text, "from_": state, "to_": state, "count_": positive, "since_": integer},
    "counter": dict(host_=text, name_=text, delta_=integer),
    "sysctl": {"host": text, "name_": text, "from_": text, "to_": text,
               "by_": one_of("lab", "set"), "wanted": text},
    "impair": dict(host_=text, **LINK),
    "program": dict(id_=positive, host_=text, argv_=list_of(text)),
    "output": dict(host_=text, program_=positive, fd_=one_of(1, 2), text_=text),
    "ended": dict(id_=positive, status=natural, signal=text, unrecorded=positive),
    "unready": dict(program_=positive, host_=text, after_=positive, within=positive, port=positive, said=text),
    "expect": dict(n_=positive, verdict_=one_of("pass", "fail"), name_=text,
                   kind_=one_of("state", "was", "count", "packet", "icmp", "counter", "value"), host=text,
                   conn=positive, port=natural, states=list_of(state),
                   packet=fields(dir=one_of("in", "out"), flags=text, len=natural, nth=positive,
                                 rtx=one_of(True, False), port=natural),
                   icmp=fields(name=text, dir=one_of("in", "out"), port=natural, nth=positive),
                   counter=text, min=integer, max=integer, expected=text, seen=text,
                   within=natural, hold=natural, at=natural, mark=natural, since=natural,
                   seen_t=natural, tolerance=natural, where_=text, seen_states=list_of(state),
                   seen_n=integer, last=list_of(text)),
    "verdict": dict(verdict_=one_of("pass", "fail", "broken", "skip"), why=text, remedy=text,
                    where=text, passed=natural, failed=natural, wall=natural, run=natural,
                    unseen=positive, by=text),
}


def documented(path):
    """Event names of docs/record.md, each with all that stands in backticks in its rows."""
    found, section = {}, ""
    for line in open(path, encoding="utf-8"):
        if line.startswith("## "):
            section = line[3:].strip()
        if not line.startswith("| `"):
            continue
        left, right = line.strip(" |\n").split(" | ", 1)
        name = section if section in ("header", "expect", "verdict", "impairment") else left.strip("` ")
        words = left + " " + right if name == section else right
        words = " ".join(re.findall(r"`([^`]*)`", words))
        found.setdefault(name, set()).update(re.findall(r"[a-z_0-9]+", words))
    # What a link does stands in the events themselves.
    link = found.pop("impairment", set())
    found["impair"] |= link
    for name in found:
        found[name] |= {"ev", "t"}
    return found


class Record:
    def __init__(self, path):
        self.path, self.line, self.faults = path, 0, 0
        self.t = None
        self.hosts, self.conns, self.segs, self.at = set(), {}, {}, {}
        self.calls, self.pending, self.names = 0, {}, set()
        self.programs, self.running = {}, set()
        self.passed = self.failed = self.steps = self.expects = self.predictions = 0
        self.ended = self.virtual = self.folded = False

    def fault(self, message):
        self.faults += 1
        print(f"{self.path}:{self.line}: {message}")

    def need(self, condition, message):
        if not condition:
            self.fault(message)

    def form(self, ev):
        """Names and types."""
        kinds = EVENTS.get(ev.get("ev"))
        if kinds is None:
            self.fault(f"unknown event {ev.get('ev')!r}")
            return False
        known = {k.rstrip("_"): kind for k, kind in kinds.items()}
        for name, value in ev.items():
            if name in ("ev", "t"):
                continue
            if name not in known:
                self.fault(f"{ev['ev']}: unknown field {name}")
            elif not known[name](value):
                self.fault(f"{ev['ev']}.{name}: {value!r}")
        for name in kinds:
            if name.endswith("_") and name[:-1] not in ev:
                self.fault(f"{ev['ev']}: {name[:-1]} is missing")
        return True

    def time(self, ev):
        if ev["ev"] == "header":
            self.need(self.line == 1, "a header that is not the first line")
            return
        self.need(self.line > 1, "the first line is no header")
        if not integer(ev.get("t")):
            self.fault(f"t: {ev.get('t')!r}")
            return
        self.need(self.t is None or ev["t"] >= self.t, "the time goes back")
        self.t = ev["t"]

    def take(self, ev):
        self.need(not self.ended, "something after the verdict")
        if not self.form(ev):
            return
        self.time(ev)
        if "host" in ev and ev["host"] not in self.hosts:
            self.fault(f"host {ev['host']!r} is not in the header")
        if "conn" in ev and ev["conn"] not in self.conns:
            self.fault(f"connection {ev['conn']} was not introduced")
        handler = getattr(self, "on_" + ev["ev"].replace("return", "return_"), None)
        if handler:
            handler(ev)

    def on_header(self, ev):
        self.virtual = ev["clock"] == "virtual"
        self.hosts = {h["name"] for h in ev["hosts"]}

    def on_step(self, ev):
        self.steps += 1
        self.need(ev["n"] == self.steps, f"step {ev['n']} is number {self.steps}")

    def on_conn(self, ev):
        self.need(ev["id"] == len(self.conns) + 1, "connections are not numbered in order")
        # On a virtual clock a port that the kernel picked at random is left out.
        self.need(self.virtual or ("port" in ev["a"] and "port" in ev["b"]), "a port is missing")
        self.conns[ev["id"]] = ev

    def on_call(self, ev):
        self.need(ev["id"] > self.calls, "calls are not numbered in order")
        self.calls = ev["id"]
        ways = [k for k in ("result", "errno", "pending") if k in ev]
        self.need(len(ways) == 1, f"a call has one outcome, not {ways}")
        if ev.get("pending"):
            self.pending[ev["id"]] = ev

    def on_return_(self, ev):
        self.need(self.pending.pop(ev["id"], None), f"call {ev['id']} was not pending")
        self.need(("result" in ev) != ("errno" in ev), "one of result and errno")

    def on_predict(self, ev):
        self.predictions += 1
        self.need(ev["n"] == self.predictions, f"prediction {ev['n']} is number {self.predictions}")
        self.need(2 <= len(ev["options"]) <= 9, "2 to 9 options")
        self.need(ev["answer"] <= len(ev["options"]), "an answer that is no option")

    def on_crash(self, ev):
        """A dead process's call does not return."""
        for call in [c for c in self.pending.values() if c["actor"] == ev["actor"]]:
            del self.pending[call["id"]]

    def on_program(self, ev):
        self.need(ev["id"] == len(self.programs) + 1, "programs are not numbered in order")
        self.need(ev["argv"], "a program without a name")
        self.programs[ev["id"]] = ev["host"]
        self.running.add(ev["id"])

    def on_output(self, ev):
        self.need(self.programs.get(ev["program"]) == ev["host"],
                  f"program {ev['program']} does not run on {ev['host']}")

    def on_ended(self, ev):
        self.need(ev["id"] in self.running, f"program {ev['id']} does not run")
        self.running.discard(ev["id"])
        self.need(("status" in ev) != ("signal" in ev), "one of status and signal")

    def foreign(self, ev):
        """Of a flood: one end is an address that no host has."""
        c = self.conns.get(ev.get("conn"))
        return c and not ("host" in c["a"] and "host" in c["b"])

    def on_packet(self, ev):
        what = {k: ev.get(k) for k in ("conn", "flags", "seq", "ack", "len", "win")}
        first = self.segs.get(ev["seg"])
        if first is None:
            self.need(ev["dir"] == "out" or ev.get("made") or self.foreign(ev),
                      f"segment {ev['seg']} arrives and was never sent")
            self.segs[ev["seg"]] = dict(what=what, at=[(ev["host"], ev["dir"])])
        else:
            self.need(first["what"] == what, f"segment {ev['seg']} was {first['what']}")
            self.need(not (ev["dir"] == "out" and (ev["host"], "out") in first["at"]),
                      f"segment {ev['seg']} left {ev['host']} twice")
            first["at"].append((ev["host"], ev["dir"]))
        self.need(("A" in ev["flags"]) == ("ack" in ev), "ack belongs to the flag A")
        if "S" in ev["flags"]:
            self.need(ev["seq"] == 0, f"a SYN has seq 0, not {ev['seq']}")
            # Of a SYN that was folded away nobody knows what its SYN-ACK counts from.
            self.need("A" not in ev["flags"] or ev["ack"] == 1 or self.folded,
                      f"a SYN-ACK has ack 1: {ev}")
        elif "R" not in ev["flags"]:
            self.need(0 < ev["seq"] < 1 << 24, f"seq {ev['seq']} does not count from the ISN")
            self.need(ev.get("ack", 1) < 1 << 24, f"ack {ev['ack']} does not count from the ISN")

    def on_packets(self, _ev):
        self.folded = True

    def on_icmp(self, ev):
        known = "conn" in ev
        self.need(known != ("src" in ev and "dst" in ev), "what it quotes is of a connection, or has two ends")
        self.need(known or not {"end", "seg", "seq"} & set(ev), "numbers of no connection")
        if not known:
            return
        self.need("end" in ev and "seq" in ev, "which end's segment does it quote?")
        if "seg" not in ev:
            return
        quoted = self.segs.get(ev["seg"])
        self.need(quoted, f"segment {ev['seg']} was quoted before it was sent")
        if quoted:
            for name in ("conn", "seq", "len", "flags"):
                self.need(quoted["what"][name] == ev.get(name), f"segment {ev['seg']} has another {name}")

    def on_lost(self, ev):
        self.need(ev["seg"] in self.segs, f"segment {ev['seg']} was lost before it was sent")

    def on_state(self, ev):
        self.need(("port" in ev) != ("conn" in ev), "either a connection or a listener's port")
        if ("conn" in ev) != ("end" in ev):
            self.fault("an end belongs to a connection")
            return
        key = (ev["host"], ev.get("conn"), ev.get("end"), ev.get("port"))
        before = self.at.get(key, "CLOSED")
        self.need(ev["from"] == before, f"{key} goes on from {ev['from']}, and was in {before}")
        self.need(ev["to"] != ev["from"], "a change to the same state")
        self.at[key] = ev["to"]
        if "conn" in ev and ev["conn"] in self.conns:
            host = self.conns[ev["conn"]][ev["end"]].get("host")
            self.need(host == ev["host"], f"end {ev['end']} is at {host}")

    def on_expect(self, ev):
        self.expects += 1
        self.need(ev["n"] == self.expects, f"expectation {ev['n']} is number {self.expects}")
        self.need(ev["name"] not in self.names, f"two expectations are called {ev['name']!r}")
        self.names.add(ev["name"])
        self.need(re.search(r"\.lua:\d+$", ev["where"]), f"where: {ev['where']}")
        self.need(ev["kind"] == "value" or "host" in ev, "it is about no host")
        if ev["verdict"] == "pass":
            self.passed += 1
        else:
            self.failed += 1

    def on_verdict(self, ev):
        self.ended = True
        for name in ("passed", "failed"):
            if name in ev:
                self.need(ev[name] == getattr(self, name), f"{ev[name]} {name}")
        wanted = {"pass": 0, "skip": 0}.get(ev["verdict"], self.failed)
        self.need(self.failed == wanted, f"{ev['verdict']} with {self.failed} failures")
        self.need(ev["verdict"] != "fail" or self.failed, "fail without a failure")
        self.need(ev["verdict"] in ("pass", "fail") or ev.get("why"), "why is missing")
        if ev["verdict"] in ("pass", "fail"):
            self.need(not self.running, f"programs that never end: {sorted(self.running)}")
            self.need(not self.pending, f"calls that never return: {list(self.pending)}")

    def read(self):
        with open(self.path, encoding="utf-8", newline="\n") as f:
            for raw in f:
                self.line += 1
                self.need(raw.endswith("\n"), "the line has no end")
                ev = json.loads(raw)
                self.take(ev)
        self.need(self.ended, "no verdict")
        return self.faults


def main():
    words = documented(sys.argv[1])
    faults = 0
    for name, kinds in EVENTS.items():
        missing = {k.rstrip("_") for k in kinds} - words.get(name, set())
        for field in sorted(missing):
            print(f"{sys.argv[1]}: {name}.{field} is not documented")
        faults += len(missing)
    for name in sorted(set(words) - set(EVENTS) - {"ev"}):
        print(f"{sys.argv[1]}: {name} is documented and not known to {sys.argv[0]}")
        faults += 1
    for path in sys.argv[2:]:
        faults += Record(path).read()
    return 1 if faults else 0


sys.exit(main())
