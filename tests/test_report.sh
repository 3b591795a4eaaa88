#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `tcplab report`: every sample record in both languages has to be a page that tests/htmlcheck.py
# accepts, whatever the record says; so has the whole course. What the page does in a browser is
# tests/test_browser.sh.
. "$(dirname "$0")/checks.sh"

records=$top/tests/records page=$area/page.html
proper() { python3 "$top/tests/htmlcheck.py" "$@" >&2; }
improper() { ! proper "$@"; }
has() { grep -qF -e "$1" "$page"; }
has_not() { ! has "$1"; }

# First that the check can fail: a good page spoiled in one place at a time.
ends 0 "a good page" "$lab" report "$records/handshake.jsonl" -o "$page"
holds "a good page is good" proper "$page"
spoil() { # WHAT SED-SCRIPT
	sed "$2" "$page" >"$area/spoiled.html"
	holds "$1: it is another page" test "$(cmp -s "$page" "$area/spoiled.html" && echo same)" = ''
	holds "$1: it is noticed" improper "$area/spoiled.html"
}
spoil "not closed" 's|</main>||'
spoil "a script that is not ours" 's|"use strict"|"use  strict"|'
spoil "a style that is not ours" 's|border-collapse|border-colapse|'
spoil "a handler" 's|<h1>|<h1 onclick="x()">|'
spoil "a link that runs" 's|href="#run"|href="javascript:x()"|'
spoil "an id twice" 's|<main>|<main id="run">|'
spoil "something loaded" 's|</main>|<img src="http://x/y"></main>|'
spoil "no policy" '/Content-Security-Policy/d'

for record in "$records"/*.jsonl; do
	id=$(basename "$record" .jsonl)
	case $id in
	broken | cut | hostile) want=2 ;;
	cookies | loss) want=1 ;;
	skip) want=3 ;;
	*) want=0 ;;
	esac
	for lang in en zh; do
		ends $want "$id" "$lab" report "$record" --lang $lang -o "$page"
		holds "$id in $lang" proper "$page"
	done
done

# What a page has to say.
ends 0 "handshake" "$lab" report "$records/handshake.jsonl"
cp "$out" "$page"
for text in '<h1>Three-way handshake</h1>' '✓ PASS' 'What you will see' 'id="moment"' 'SYN, ACK seq 0 ack 1' \
	'tcplab run handshake --kernel' '--param delay=25ms' 'TcpActiveOpens' 'has a socket in SYN-RECV' \
	'The ladder as a table'; do
	holds "it says $text" has "$text"
done
ends 0 "in Chinese" "$lab" report "$records/handshake.jsonl" --lang zh -o "$page"
holds "in Chinese" has '<html lang="zh-Hans">'
holds "in Chinese" has '会看到什么'
ends 2 "cut off" "$lab" report "$records/cut.jsonl" -o "$page"
one_message 'cut off'
holds "cut off: it says so" has 'The record ends without a verdict'
holds "cut off: what there is" has 'SYN seq 0'
ends 1 "a failure" "$lab" report "$records/loss.jsonl" -o "$page"
holds "a failure: what was seen" has '✗ FAIL'

# A record whose every text is an attack: text it stays.
python3 - "$records/loss.jsonl" >"$area/attack.jsonl" <<'END'
import json, sys
ATTACK = "</script></title></svg><script>alert(1)</script><img src=x onerror=alert(1)>\"' &lt; \u202e\x07 {{ladder}} [x](javascript:x)"
KEEP = {"ev", "kind", "dir", "flags", "verdict", "end", "from", "to", "clock"}
def attack(value, name=""):
    if isinstance(value, dict):
        return {(ATTACK if name in ("params", "set") else key): attack(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [attack(item, name) for item in value]
    return value + ATTACK if isinstance(value, str) and name not in KEEP else value
for line in open(sys.argv[1], encoding="utf-8"):
    print(json.dumps(attack(json.loads(line))))
END
ends 1 "an attack" "$lab" report "$area/attack.jsonl" -o "$page"
holds "an attack: a page" proper "$page"
holds "an attack: no element of its own" has_not '<script>alert'
holds "an attack: no image" has_not '<img'
holds "an attack: it is shown" has '&lt;/script&gt;'

# A flood of 60,000 events: folded, said, and small.
python3 - >"$area/flood.jsonl" <<'END'
import json
def put(**ev): print(json.dumps(ev))
put(ev="header", format=1, tcplab="0", lab="flood", title={"en": "Flood"}, seed=1, clock="virtual",
    kernel={"release": "6.12.1", "kind": "lab", "arch": "x86_64"}, hosts=[{"name": "client"}, {"name": "server"}])
put(ev="step", t=0, n=1, text={"en": "A flood"})
for i in range(10000):
    t, c = i * 1000000, i + 1
    put(ev="conn", t=t, id=c, family=4, a={"host": "client", "addr": "198.18.1.1", "port": 1024 + i},
        b={"host": "server", "addr": "198.18.2.1", "port": 80})
    put(ev="packet", t=t, host="client", dir="out", seg=2 * i, conn=c, flags="S", seq=0, len=0, win=1000)
    put(ev="packet", t=t + 1, host="server", dir="in", seg=2 * i, conn=c, flags="S", seq=0, len=0, win=1000)
    put(ev="state", t=t + 2, host="server", conn=c, end="b", **{"from": "CLOSED", "to": "SYN-RECV"})
    put(ev="packet", t=t + 3, host="server", dir="out", seg=2 * i + 1, conn=c, flags="SA", seq=0, ack=1, len=0, win=900)
    put(ev="packet", t=t + 4, host="client", dir="in", seg=2 * i + 1, conn=c, flags="SA", seq=0, ack=1, len=0, win=900)
put(ev="verdict", t=10000000000, verdict="pass", passed=0, failed=0, run=10000000000)
END
ends 0 "a flood" "$lab" report "$area/flood.jsonl" -o "$page"
holds "a flood: a page" proper "$page"
holds "a flood: it says what it folded" has 'rows are not shown, from'
holds "a flood: and which sockets" has 'more sockets are not shown'

# The course as a site: seconds on a lab kernel; on a real clock one lab of it is enough, and
# so it is under a sanitizer, which cannot run in a lab kernel.
kernel=$("$lab" kernels | awk '$2 == "virtual" { print $1 }' | tail -n 1)
case $kernel:$must_run:$slow in
:1:0) holds "there is a lab kernel" false ;;
:*:*)
	echo "no lab kernel: a course of one lab"
	mkdir "$area/data" "$area/data/labs"
	cp "$top/labs/handshake.lua" "$area/data/labs"
	cp -r "$top/content" "$area/data"
	TCPLAB_DATA=$area/data
	;;
esac
ends 0 "the course" "$lab" report --all -o "$area/site" --kernel "${kernel:-host}"
holds "every page" proper "$area"/site/*.html
for file in "$TCPLAB_DATA"/labs/*.lua; do
	id=$(basename "$file" .lua)
	for page in "$area/site/$id.html" "$area/site/$id.zh.html"; do
		holds "$id" test -s "$page"
		holds "$id: links" has 'href="index'
	done
	! grep -q '^ *predict' "$file" || holds "$id: its questions" has 'class="questions"'
	page=$area/site/index.html
	holds "$id: in the index" has "href=\"$id.html\""
	holds "$id: in the index, in Chinese" has "href=\"$id.zh.html\""
done

# On a lab kernel the command that a report gives makes the same record again.
if [ -n "$kernel" ]; then
	ends 0 "a run" "$lab" run syn-timeout --kernel "$kernel" --param syncnt=2 \
		--set server.net.ipv4.tcp_sack=0 --record "$area/a.jsonl" -q
	ends 0 "its report" "$lab" report "$area/a.jsonl" -o "$page"
	python3 - "$page" >"$area/again.sh" <<'END'
import html, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
print(html.unescape(re.search('<pre class="command"><code>(.*?)</code>', text, re.S).group(1)),
      '--record "$1" -q')
END
	holds "it is a command of tcplab" grep -q '^tcplab run syn-timeout --kernel ' "$area/again.sh"
	sed -i "s|^tcplab|$lab|" "$area/again.sh"
	ends 0 "the same again" sh "$area/again.sh" "$area/b.jsonl"
	sed -i 's/"date":"[^"]*"//' "$area/a.jsonl" "$area/b.jsonl"
	holds "the same record" cmp "$area/a.jsonl" "$area/b.jsonl"
fi
ends 2 "--all without a folder" "$lab" report --all
one_message 'folder'
ends 2 "--all of a lab" "$lab" report --all -o "$area/site" handshake
one_message 'folder'
ends 2 "nothing" "$lab" report
one_message 'one lab or record'
ends 2 "cannot be written" "$lab" report "$records/handshake.jsonl" -o /no/such/folder/page.html
one_message '/no/such/folder/page.html'

finish
