#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The run record: what docs/record.md promises is held against records of real
# runs (record_check.py), and a replay prints byte for byte what the live run did.
. "$(dirname "$0")/checks.sh"

record=$area/record
good() { python3 "$top/tests/record_check.py" "$top/docs/record.md" "$@"; }

# The checker itself must be able to fail: each line spoils a good record in one way.
spoiled() { # WHAT SED-SCRIPT
	sed "$2" "$area/good" >"$area/bad"
	what="the checker and $1"
	if cmp -s "$area/good" "$area/bad"; then
		fail "the record was not changed"
	elif good "$area/bad" >"$area/held" 2>&1; then
		fail "it finds nothing wrong"
	else
		pass
	fi
}

ends 0 "a run that passes" "$lab" run handshake --record "$area/good"
holds "its record is as documented" good "$area/good"
clean
spoiled "an unknown event" 's/"ev":"step"/"ev":"stop"/'
spoiled "an unknown field" 's/"ttl":/"tll":/'
spoiled "a missing field" '1s/"clock":"real",//'
spoiled "a wrong type" 's/"len":5/"len":"5"/'
spoiled "a state that no kernel has" 's/SYN-SENT/SYN-SNT/g'
# shellcheck disable=SC2016 # to sed, $ is the last line
spoiled "time that goes back" '$s/"t":[0-9]*/"t":1/'
spoiled "no header" 1d
# shellcheck disable=SC2016
spoiled "no verdict" '$d'
# shellcheck disable=SC2016
spoiled "two verdicts" '$p'
spoiled "a connection that is not introduced" '/"ev":"conn"/d'
spoiled "a broken chain of states" '/"from":"CLOSED","to":"SYN-SENT"/d'
spoiled "absolute sequence numbers" 's/"seq":0,/"seq":3735928559,/'
spoiled "a segment that changes on its way" '/"dir":"in"/s/"win":[0-9]*/"win":77/'
spoiled "a segment that nobody sent" '/"dir":"out"/d'
spoiled "a call that never returns" '/"ev":"return"/d'
spoiled "expectations that were not counted" '/"ev":"expect"/s/"verdict":"pass"/"verdict":"fail"/'

ends 1 "a run that fails" "$lab" run handshake --record "$record" --set server.net.ipv4.tcp_syncookies=2
holds "its record is as documented" good "$record"
holds "it says who set the sysctl" grep -q '"by":"set"' "$record"
cat >"$area/stops.lua" <<'END'
hosts = { "client", "server" }
function run(client, server)
  client:connect(server, 80)
  error("no further")
end
END
ends 2 "a lab that breaks" "$lab" run "$area/stops.lua" --record "$record"
holds "its record is as documented" good "$record"
cat >"$area/later.lua" <<'END'
hosts = { "client", "server" }
needs = { "99.1" }
function run() end
END
ends 3 "a lab that is skipped" "$lab" run "$area/later.lua" --record "$record"
holds "its record is as documented" good "$record"

ends 0 "a flood" "$lab" run "$top/tests/labs/flood.lua" --record "$area/flood" -q
holds "its record is as documented" good "$area/flood"
for event in flood flooded packets states; do
	holds "$event is in it" grep -q "\"ev\":\"$event\"" "$area/flood"
done
ends 0 "crashes and a prediction" "$lab" run "$top/tests/labs/crash.lua" --record "$area/crash" -q
holds "their record is as documented" good "$area/crash"
for event in crash predict; do
	holds "$event is in it" grep -q "\"ev\":\"$event\"" "$area/crash"
done
ends 0 "a question is asked first" "$lab" replay "$area/crash"
says "? A process is killed. What does its kernel send? 1) RST 2) FIN 3) nothing 1. Killed in read()"
says "2) FIN It closes the descriptors, as close() does. 2. Killed with unread data"
ends 0 "in Chinese" "$lab" replay "$area/crash" --lang zh
says "? 进程被杀死，内核会发送什么？ 1) RST 2) FIN 3) 什么都不发 1. 在 read() 中被杀"
ends 0 "bursts" "$lab" run "$top/tests/labs/burst.lua" --record "$area/burst" -q
holds "their record is as documented" good "$area/burst"
all=$(sed -n 's/.*"packets".*"host":"server","dir":"in","flags":"S","count":\([0-9]*\).*/\1/p' "$area/burst" |
	awk '{ n += $1 } END { print n }')
ones=$(grep -c '"packet".*"host":"server","dir":"in".*"flags":"S",' "$area/burst")
# A machine that is kept waiting for a second sends some again.
again=$(sed -n 's/.*"counter".*"name":"TcpExtTCPSynRetrans","delta":\([0-9]*\).*/\1/p' "$area/burst" | tail -n 1)
holds "every SYN is in it once" [ "$((${all:-0} + ones))" -ge 658 ]
holds "and no other" [ "$((${all:-0} + ones))" -le $((658 + ${again:-0})) ]

# A large burst is not looked at, and yet each end counts each segment, as its kernel does.
cat >"$area/large.lua" <<'END'
hosts = { "client", "server" }
function run(client, server)
  local listener = server:listen(80)
  expect(client:burst(server, 80, { listener = listener, count = 2500, first = 32768 })):is(2500)
  sleep "300ms"
  expect(server):count("LAST-ACK", 0)
  local conn = client:connect(server, 80, { port = 100 })
  expect(server):packet { flags = "S", port = 100 }
  sleep "100ms"
end
END
ends 0 "a large burst" "$lab" run "$area/large.lua" --record "$area/large" -q
holds "its record is as documented" good "$area/large"
holds "its totals are exact" python3 - "$area/large" <<'END'
import json, sys
seen, kernel, flags = {}, {}, 0
for line in open(sys.argv[1], encoding="utf-8"):
    e = json.loads(line)
    if e["ev"] in ("packet", "packets"):
        way = e["host"], e["dir"]
        seen[way] = seen.get(way, 0) + e.get("count", 1)
        flags += "flags" not in e
    if e["ev"] == "counter":
        kernel[e["host"], e["name"]] = e["delta"]
assert flags == 4, flags
for host in "client", "server":
    assert seen[host, "in"] == kernel[host, "TcpInSegs"], (host, seen, kernel)
assert seen["client", "out"] == seen["server", "in"], seen
assert seen["server", "out"] == seen["client", "in"], seen
assert seen["server", "in"] > 3 * 2500, seen
END
ends 0 "many ends of connections" "$lab" run "$top/tests/labs/lives.lua" --record "$area/lives" -q
holds "their record is as documented" good "$area/lives"
for state in SYN-SENT SYN-RECV ESTAB FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT CLOSING LAST-ACK TIME-WAIT; do
	holds "$state is in it" grep -q "\"to\":\"$state\"" "$area/lives"
done
for event in lost sysctl impair value note counter call return conn; do
	holds "$event is in it" grep -q "\"ev\":\"$event\"" "$area/lives"
done
for field in rtx pending errno inferred; do
	[ $field = inferred ] || holds "$field is in it" grep -q "\"$field\":" "$area/lives"
done
holds "both families are in it" sh -c "grep -q '\"family\":4' '$area/lives' && grep -q '\"family\":6' '$area/lives'"

# ---- the same, live and again -----------------------------------------------

same() { # STATUS WHAT ARGUMENT...
	wanted_status=$1
	what_of=$2
	shift 2
	ends "$wanted_status" "$what_of, live" "$lab" run "$@" --record "$record"
	cp "$out" "$area/live"
	# what is played is in the record: only how it is shown is said again
	again=''
	while [ $# -gt 0 ]; do
		case $1 in
		--format | --lang) again="$again $1 $2" && shift ;;
		-q | -v) again="$again $1" ;;
		--set | --param) shift ;;
		esac
		shift
	done
	# shellcheck disable=SC2086 # words
	ends "$wanted_status" "$what_of, again" "$lab" replay "$record" $again
	holds "$what_of, the same" cmp "$area/live" "$out"
}

for lang in en zh; do
	for format in text json tap; do
		same 0 "$format, $lang" handshake --param delay=5ms --format $format --lang $lang
		same 1 "$format, $lang, failing" handshake --param delay=5ms --format $format --lang $lang \
			--set server.net.ipv4.tcp_syncookies=2
	done
	same 0 "-v, $lang" handshake --param delay=5ms --lang $lang -v
	same 0 "-q, $lang" handshake --param delay=5ms --lang $lang -q
	same 2 "broken, $lang" "$area/stops.lua" --lang $lang
	same 3 "skipped, $lang" "$area/later.lua" --lang $lang
done
same 0 "many ends" "$top/tests/labs/lives.lua" -v

# A record that is there is replaced, whole, and only when the new one is.
echo precious >"$record"
ends 2 "a run that cannot begin" "$lab" run nosuchlab --record "$record"
holds "the old record is still there" grep -qx precious "$record"
ends 0 "a run over an old record" "$lab" run handshake --param delay=1ms --record "$record" -q
holds "the new one took its place" good "$record"
ln -s "$record" "$area/link"
ends 0 "a run into a symbolic link" "$lab" run handshake --param delay=1ms --record "$area/link" -q
holds "the link is still one" [ -L "$area/link" ]
holds "what it names was replaced" good "$record"
mkfifo "$area/fifo"
cat "$area/fifo" >"$area/through" &
ends 0 "a record into a pipe" "$lab" run handshake --param delay=1ms --record "$area/fifo" -q
wait $!
holds "the pipe got it" good "$area/through"
nothing_left

finish
