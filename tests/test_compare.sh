#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `tcplab compare`: records, one lab under two settings, and everything that can be asked wrongly.
. "$(dirname "$0")/checks.sh"
records=$top/tests/records

ends 0 "a record and itself" "$lab" compare "$records/loss.jsonl" "$records/loss.jsonl"
says 'No difference.'
clean
ends 1 "two labs" "$lab" compare "$records/handshake.jsonl" "$records/close.jsonl"
says 'records of two different labs'
says 'the first difference'
clean
ends 1 "side by side" env COLUMNS=120 "$lab" compare "$records/handshake.jsonl" "$records/close.jsonl" --lang zh
says '= 相同'
ends 1 "one after the other" env COLUMNS=60 LC_ALL=C "$lab" compare "$records/handshake.jsonl" "$records/close.jsonl"
says 'What is the same is told once'
ends 1 "the table only" "$lab" compare "$records/handshake.jsonl" "$records/close.jsonl" -q
silent 'the first difference'
says 'What differs'

for id in hostile cut broken skip; do
	want=1
	[ $id != cut ] || want=2
	ends $want "$id" "$lab" compare "$records/$id.jsonl" "$records/handshake.jsonl"
	says 'What differs'
	clean
done
ends 2 "cut off" "$lab" compare "$records/handshake.jsonl" "$records/cut.jsonl"
one_message 'the record was cut off'
sed '1s/"format":1/"format":9/' "$records/loss.jsonl" >"$area/newer.jsonl"
ends 2 "newer" "$lab" compare "$records/loss.jsonl" "$area/newer.jsonl"
one_message 'the record has format 9'
{ sed 3q "$records/loss.jsonl" && echo 'no event' && sed 1,3d "$records/loss.jsonl"; } >"$area/spoilt.jsonl"
ends 2 "spoilt" "$lab" compare "$area/spoilt.jsonl" "$records/loss.jsonl"
one_message 'spoilt.jsonl:4: not an event'
says 'What differs'

# As a page.
page=$area/page.html
proper() { python3 "$top/tests/htmlcheck.py" "$page" >&2; }
has() { grep -qF -e "$1" "$page"; }
for record in "$records"/*.jsonl; do
	id=$(basename "$record" .jsonl)
	want=1
	[ "$id" != cut ] || want=2
	[ "$id" != finack ] || want=0
	for lang in en zh; do
		ends $want "$id as a page" "$lab" compare "$records/finack.jsonl" "$record" --lang $lang -o "$page"
		holds "$id in $lang is a page" proper
	done
done
ends 1 "a page" "$lab" compare "$records/handshake.jsonl" "$records/loss.jsonl" -o "$page"
for text in 'id="first"' 'class="mark">&gt;<' 'What differs' 'SYN-RECV</span>' 'class="kicker">'; do
	holds "it has $text" has "$text"
done
ends 0 "the same as a page" "$lab" compare "$records/loss.jsonl" "$records/loss.jsonl" -o "$page"
holds "it says so" has 'No difference.'
ends 2 "cannot be written" "$lab" compare "$records/handshake.jsonl" "$records/loss.jsonl" -o /no/such/folder/x.html
one_message '/no/such/folder'

# Two records of 10,000 events: quick, and a page that is small all the same.
python3 - "$area/a.jsonl" "$area/b.jsonl" <<'END'
import json, sys
for side, name in enumerate(sys.argv[1:]):
    with open(name, "w", encoding="utf-8") as file:
        def put(**ev): file.write(json.dumps(ev) + "\n")
        put(ev="header", format=1, tcplab="0", lab="long", title={"en": "Long"}, seed=1, clock="virtual",
            kernel={"release": "6.12.1", "kind": "lab", "arch": "x86_64"}, hosts=[{"name": "client"}, {"name": "server"}])
        put(ev="conn", t=0, id=1, family=4, a={"host": "client", "addr": "198.18.1.1", "port": 1024},
            b={"host": "server", "addr": "198.18.2.1", "port": 80})
        for i in range(5000):
            if side and i % 7 == 0:
                continue
            t, data = i * 1000000, dict(seg=i, conn=1, flags="A", seq=1 + i // 3, ack=1, len=100, win=1000)
            put(ev="packet", t=t, host="client", dir="out", **data)
            put(ev="packet", t=t + 1, host="server", dir="in", **data)
        put(ev="verdict", t=10000000000, verdict="pass", passed=0, failed=0, run=10000000000)
END
ends 1 "10,000 events" "$lab" compare "$area/a.jsonl" "$area/b.jsonl"
says 'rows the same, 715 only in A'
ends 1 "10,000 events as a page" "$lab" compare "$area/a.jsonl" "$area/b.jsonl" -o "$page"
holds "10,000 events: a page" proper
holds "10,000 events: what is left out" has 'more rows are not shown'

# One lab under two settings: on a lab kernel where there is one, else on the host's own.
kernels=$("$lab" kernels | awk '$2 == "virtual" { print $1 }')
kernel=$(echo "$kernels" | tail -n 1)
: "${kernel:=host}"
ends 1 "a parameter" "$lab" compare handshake --kernel "$kernel" --a delay=10ms --b delay=60ms
says 'delay 10ms 60ms'
says 'times, since the step began'
nothing_left
if [ "$kernel" != host ]; then
	ends 0 "the same run" "$lab" compare handshake --kernel "$kernel" --a seed=7
	says 'No difference but in the settings.'
	ends 1 "a sysctl" "$lab" compare syn-timeout --kernel "$kernel" \
		--a client.net.ipv4.tcp_syn_retries=2 --b client.net.ipv4.tcp_syn_retries=3
	says 'client TcpExtTCPSynRetrans'
	ends 1 "the last one counts" "$lab" compare handshake --kernel "$kernel" --param delay=30ms \
		--a delay=70ms --a delay=80ms
	says 'delay 80ms 30ms'
	if [ "$(echo "$kernels" | grep -cx -e 6.1 -e 6.12)" = 2 ]; then
		ends 1 "kernels" "$lab" compare syn-timeout --a kernel=6.1 --b kernel=6.12 -q
		says 'linear 0 4'
		says 'n_syns 7 11'
	fi
	nothing_left
fi

wrong() { # TEXT ARGUMENT...
	wanted=$1
	shift
	ends 2 "$*" "$lab" compare "$@"
	one_message "$wanted"
}
wrong 'two records, or one lab'
wrong 'needs --a or --b' handshake
wrong 'a second record' "$records/loss.jsonl"
wrong 'cannot be run again' "$records/loss.jsonl" --a delay=3ms
wrong 'two things were named' handshake syn-timeout --a delay=3ms
wrong 'it has: delay' handshake --a dely=3ms
wrong 'HOST.SYSCTL, kernel, backend or seed' handshake --b dely=3ms
wrong 'it has: client, server' handshake --a sever.net.ipv4.tcp_syncookies=2
# the sanitizers leave no lab kernel any room, and say that first
[ "$slow" = 1 ] || wrong 'no lab kernel 3.14' handshake --a kernel=3.14
wrong '"netem" or "wire"' handshake --a backend=pigeon
wrong 'a whole number' handshake --a seed=x
wrong 'a name, ' handshake --a delay
wrong 'no lab "handshak"' handshak --a delay=3ms
wrong 'has no sysctl' handshake --b server.net.ipv4.tcp_nope=1
wrong 'no-such.jsonl' "$records/loss.jsonl" ./no-such.jsonl

finish
