#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What --set says of a sysctl, or the `set` of a counter-run, holds for the whole run, and every view
# says what the lab would have set.
. "$(dirname "$0")/checks.sh"

last_word=$top/tests/labs/last_word.lua knob=net.ipv4.tcp_syncookies
record=$area/record
documented() { python3 "$top/tests/record_check.py" "$top/docs/record.md" "$record"; }
kept_lines() { grep -c '"by":"set","wanted":"' "$record"; }
english="the lab would set $knob to 2 here; --set keeps it at 0"

# AddressSanitizer cannot boot a lab kernel.
kernels="host $("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p' | tail -n 1)"
for kernel in $kernels; do
	ends 0 "$kernel: nobody says anything" "$lab" run "$last_word" --kernel "$kernel" --record "$record"
	silent "--set keeps"
	holds "$kernel: nothing is kept" grep -q '"by":"lab"}' "$record"

	ends 1 "$kernel: --set" "$lab" run "$last_word" --kernel "$kernel" --record "$record" \
		--set server.$knob=0
	says "server: $english"
	says 'server: the lab would set net/ipv4/tcp_syncookies to 1 here; --set keeps it at 0'
	says "FAIL last_word: 3 of 5"
	says 'results is 0 - 0'
	silent 'client: the lab would set'
	holds "$kernel: the record says so once for each call" [ "$(kept_lines)" = 2 ]
	holds "$kernel: the record is as documented" documented
	nothing_left

	# the same value: there is nothing to be said
	ends 1 "$kernel: as the lab has it" "$lab" run "$last_word" --kernel "$kernel" --record "$record" \
		--set server.net/ipv4/tcp_syncookies=2
	silent 'would set net.ipv4.tcp_syncookies to 2'
	says 'would set net/ipv4/tcp_syncookies to 1 here; --set keeps it at 2'
	says 'it is 0 - seen: 2'

	ends 0 "$kernel: the set of a counter-run" "$lab" check "$last_word" --kernel "$kernel"
	says '2 runs, 2 as they must be'
done

"$lab" run "$last_word" --kernel host --record "$record" --set server.$knob=0 >/dev/null 2>&1
for view in replay "play --plain"; do
	# shellcheck disable=SC2086 # it may have an option
	ends 1 "$view" env COLUMNS=200 "$lab" $view "$record"
	says "$english"
	# shellcheck disable=SC2086
	ends 1 "$view in Chinese" env COLUMNS=200 "$lab" $view "$record" --lang zh
	says "实验本要在这里把 $knob 设为 2；--set 让它保持 0"
done
ends 1 "a page" "$lab" report "$record" -o "$area/page.html"
holds "the page says so" grep -qF "$english" "$area/page.html"

ends 1 "two settings of what the lab sets" "$lab" compare "$last_word" --kernel host \
	--a server.$knob=0 --b server.$knob=1
says "server.$knob 0 1"
says 'the first difference'
ends 0 "the same twice" "$lab" compare "$last_word" --kernel host --a server.$knob=1 --b server.$knob=1
says 'No difference.'

# The question that a course asks: half a minute on a real clock, so on a lab kernel.
[ "$kernel" = host ] || {
	ends 1 "a flood without and with cookies" "$lab" compare syn-flood --kernel "$kernel" \
		--a server.$knob=0 --b server.$knob=1
	says "server.$knob 0 1"
	says 'the first difference'
	says 'SYNs dropped because the queue is full pass fail'
	says 'A! ✗ the client gets in at once - seen: SYN-SENT only'
	says 'server TcpExtTCPReqQFullDrop'
	clean
}

finish
