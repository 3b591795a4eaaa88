#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ICMP errors from the wire to every place where a run is shown: on the lab kernels, whose routers
# send them, and from a sample record.
. "$(dirname "$0")/checks.sh"

undated() { sed 's/"date":"[^"]*",//' "$1" >"$2"; }

# A tcplab with AddressSanitizer cannot boot any, and offers none.
versions=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p')
if [ -z "$versions" ]; then
	echo "SKIP: there is no lab kernel here that this tcplab can boot"
	case $must_run:${TCPLAB_SAN:-} in
	1:*address*) ;;
	1:*) holds "lab kernels are there" false ;;
	esac
fi
for version in $versions; do
	ends 0 "on $version" "$lab" run "$top/tests/labs/icmp.lua" --kernel "$version" -q --record "$area/$version"
	clean
	holds "is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$area/$version"
	holds "four of them" [ "$(grep -c '"ev":"icmp"' "$area/$version")" -eq 4 ]
	holds "one is ICMPv6" grep -q '"ev":"icmp".*"addr":"2001:db8:1::fe","type":3' "$area/$version"
	ends 0 "on $version again" "$lab" run "$top/tests/labs/icmp.lua" --kernel "$version" -q --record "$area/again"
	undated "$area/$version" "$area/one"
	undated "$area/again" "$area/two"
	holds "the same record" cmp "$area/one" "$area/two"
done

# The relay of the wire back end quotes no more than RFC 792 asks for; the flags are known all the same.
ends 0 "from the relay" "$lab" run handshake --kernel host --backend wire --param delay=5ms -q --record "$area/wire"
holds "what it quotes is known" grep -q '"ev":"icmp".*"name":"host unreachable".*"flags":"S"' "$area/wire"
holds "is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$area/wire"

# ---- shown ------------------------------------------------------------------

record=$top/tests/records/icmp.jsonl
about="ICMP time exceeded, about SYN seq 0"
ends 0 "as text" "$lab" replay "$record"
says "$about"
ends 0 "as one word after the other" "$lab" play --plain "$record"
says "client receives ICMP fragmentation needed (MTU 1400) from 198.18.1.254, about PSH, ACK seq 1 len 5."
says "server receives ICMP host unreachable from 198.18.2.254, about a segment from 198.18.2.1 to 192.0.2.9."
says "server sends ICMP protocol unreachable to 198.18.1.1"
ends 0 "in Chinese" "$lab" play --plain --lang zh "$record"
says "client 收到 ICMP time exceeded（来自 198.18.1.254），针对 SYN seq 0"
ends 0 "as SVG" "$lab" ladder "$record" --format svg
says 'class="r icmp"'
says "$about"
ends 0 "as Mermaid" "$lab" ladder "$record" --format mermaid
says "Note over h0: 10.0 ms $about"
ends 0 "as a page" "$lab" report "$record" -o "$area/page.html"
holds "with its row" grep -q "$about" "$area/page.html"

# An MTU that is another one is a difference of this event, not another event.
sed 's/"mtu":1400/"mtu":1300/' "$record" >"$area/other"
ends 0 "with itself" "$lab" compare "$record" "$record" -q
ends 1 "with another" "$lab" compare "$record" "$area/other"
says "1 that went otherwise"

# An older tcplab wrote no such events, and what it wrote is read.
grep -v '"ev":"icmp"' "$record" >"$area/old"
ends 0 "without them" "$lab" replay "$area/old"
silent "ICMP time exceeded, about"

finish
