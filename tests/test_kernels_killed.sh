#!/bin/sh
# SPDX-License-Identifier: MIT
#
# kill -9 of the front, the guardian and the lab kernel at random moments: nothing stays, and what
# ran inside does not go on outside.
. "$(dirname "$0")/checks.sh"

times=8
[ $slow -eq 0 ] || times=5
: "${TCPLAB_KERNELS:=$top/build/kernels}"
mkdir "$area/kernels" "$area/inside"
seen=0
for version in 6.1 6.12; do
	[ -x "$TCPLAB_KERNELS/$version/linux" ] || continue
	mkdir "$area/kernels/$version"
	# A copy: its processes are told from those of other tests by their file.
	cp "$TCPLAB_KERNELS/$version/linux" "$area/kernels/$version/linux"
	seen=$((seen + 1))
done
[ $seen -eq 2 ] || [ "$must_run" -eq 0 ] || holds "there are two lab kernels" false
[ $seen -gt 0 ] || { echo "SKIP: there is no lab kernel: make kernels"; finish; }
TCPLAB_KERNELS=$area/kernels
export TCPLAB_KERNELS

kill_runs() { # WHOM VERSION
	(cd "$cwd" && exec python3 "$top/tests/gone.py" "$lab" "$times" "$1" "$2")
}

for version in 6.1 6.12; do
	[ -x "$area/kernels/$version/linux" ] || continue
	holds "kill -9 of $version alone" python3 "$top/tests/killed.py" "$area/kernels/$version/linux" $times "$area/inside"
	# A tcplab with AddressSanitizer cannot boot any.
	"$lab" kernels | grep -q ' virtual ' || continue
	for whom in front guardian kernel; do
		holds "kill -9 of the $whom, $version" kill_runs $whom $version
		what="after killing each $whom" && nothing_left
	done
done
finish
