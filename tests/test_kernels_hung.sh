#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A lab kernel that hangs: the run is broken after TCPLAB_SILENCE, and nothing stays.
. "$(dirname "$0")/checks.sh"

: "${TCPLAB_KERNELS:=$top/build/kernels}"
seen=0
hangs() { (cd "$cwd" && exec python3 "$top/tests/hung.py" "$lab" "$1" "$top/tests/labs/long.lua"); }

wrong() { # VALUE TEXT
	for kernel in host $versions; do
		ends 2 "TCPLAB_SILENCE=$1, $kernel" env TCPLAB_SILENCE="$1" "$lab" run handshake --kernel "$kernel"
		one_message "$2"
	done
}

versions=''
for version in 6.1 6.12; do
	[ -x "$TCPLAB_KERNELS/$version/linux" ] || continue
	mkdir -p "$area/kernels/$version"
	# A copy: its processes are told from those of other tests by their file.
	cp "$TCPLAB_KERNELS/$version/linux" "$area/kernels/$version/linux"
	seen=$((seen + 1))
done
[ $seen -eq 2 ] || [ "$must_run" -eq 0 ] || holds "there are two lab kernels" false
TCPLAB_KERNELS=$area/kernels
export TCPLAB_KERNELS
# A tcplab with AddressSanitizer cannot boot any.
versions=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p')

for version in $versions; do
	holds "$version hangs" hangs "$version"
	what="after $version hung" && nothing_left
	ends 0 "a longer limit" env TCPLAB_SILENCE=2min "$lab" run handshake --kernel "$version" -q
	ends 0 "none" env TCPLAB_SILENCE= "$lab" run handshake --kernel "$version" -q
done

wrong 60 "TCPLAB_SILENCE: '60' is not a duration: the unit is missing"
wrong soon "TCPLAB_SILENCE: 'soon' is not a duration"
wrong 999ms "TCPLAB_SILENCE: 999ms is not from 1 s to 24 h"
wrong 25h "TCPLAB_SILENCE: 25h is not from 1 s to 24 h"
wrong -5s "never negative"
[ -n "$versions" ] || echo "SKIP: there is no lab kernel that could hang: make kernels"
finish
