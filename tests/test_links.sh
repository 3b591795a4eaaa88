#!/bin/sh
# SPDX-License-Identifier: MIT
#
# 100,000 frames through each impairment, end to end, by netem and by wire: what arrives is
# within 4 standard deviations of what was asked for. In a lab kernel, where neither a busy machine nor
# a small buffer can add to it. links.py has the arithmetic and prints the table.
. "$(dirname "$0")/checks.sh"

# shellcheck disable=SC2034 # for ends
seconds=250

# A tcplab with AddressSanitizer cannot boot any, and offers none.
versions=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p')
if [ -z "$versions" ]; then
	echo "SKIP: there is no lab kernel here that this tcplab can boot"
	case $must_run:${TCPLAB_SAN:-} in
	1:*address*) holds "none is offered" true ;;
	1:*) holds "lab kernels are there" false ;;
	*) holds "the machine's own kernel is there" "$lab" kernels ;;
	esac
	finish
fi

# Sanitizers find nothing here that the unit tests do not show them.
if [ "$slow" -eq 1 ]; then
	echo "SKIP: under a sanitizer this takes minutes, and is nothing but arithmetic"
	holds "lab kernels are there" [ -n "$versions" ]
	finish
fi

program=${TCPLAB_BUILD:-$top/build}/tests/prog_frames
sed "s|PROGRAM|$program|" "$top/tests/labs/links.lua" >"$area/links.lua"

measure() { # VERSION BACKEND FRAMES FRAMES-FOR-JITTER
	ends 0 "frames on $1 by $2" "$lab" run "$area/links.lua" --kernel "$1" --backend "$2" --allow-exec \
		--param frames="$3" --param timed="$4" --record "$area/record" -q
	holds "$2 on $1 does what was asked" python3 "$top/tests/links.py" "$area/record"
	cat "$area/held"
}

# The oldest and the newest would tell the same. Frames that are due one by one take the wire half a
# millisecond each in a lab kernel: 100,000 of everything (LINKS_FULL=1) takes minutes;
# test_fate draws as many.
newest=$(echo "$versions" | tail -n 1)
few=20000 fewer=8000
[ -z "${LINKS_FULL:-}" ] || few=100000 fewer=100000
measure "$newest" netem 100000 $few
measure "$newest" wire $fewer 4000

finish
