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

measure() { # VERSION BACKEND HOW-MANY-FOR-JITTER
	ends 0 "frames on $1 by $2" "$lab" run "$area/links.lua" --kernel "$1" --backend "$2" --allow-exec \
		--param timed="$3" --record "$area/record" -q
	holds "$2 on $1 does what was asked" python3 "$top/tests/links.py" "$area/record"
	cat "$area/held"
}

# The oldest and the newest would tell the same; this takes 15 s of processor time each.
newest=$(echo "$versions" | tail -n 1)
measure "$newest" netem 100000
# LINKS_TIMED=100000 takes minutes.
measure "$newest" wire "${LINKS_TIMED:-4000}"

finish
