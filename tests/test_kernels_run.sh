#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Labs on lab kernels, where a user might have them: on every kernel at once, with many runs
# at the same time.
. "$(dirname "$0")/checks.sh"

# A tcplab with AddressSanitizer cannot boot any, and offers none.
if ! "$lab" kernels | grep -q ' virtual '; then
	echo "there is no lab kernel here that this tcplab can boot"
	case $must_run:${TCPLAB_SAN:-} in
	1:*address*) holds "none is offered" true ;;
	1:*) holds "lab kernels are there" false ;;
	*) holds "the machine's own kernel is there" "$lab" kernels ;;
	esac
	finish
fi
newest=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p' | tail -n 1)

# ---- many at once, told in order --------------------------------------------

without_times() { sed 's/ *[0-9.]* *\(ms\|s\|min\)  /  /' "$1"; }

ends 3 "check on all kernels" "$lab" check handshake max-orphans --kernel all
clean
says "handshake, $newest"
says "handshake, host"
without_times "$out" >"$area/one"
holds "the real clock comes last" sh -c "sed -n '/, host/,\$p' '$area/one' | grep -qv ', [0-9]'"
for j in -j -j3 '-j 2' --jobs=2; do
	# shellcheck disable=SC2086 # "-j 2" is two words
	ends 3 "check on all kernels, $j" "$lab" check handshake max-orphans --kernel all $j
	clean
	without_times "$out" >"$area/many"
	holds "$j tells the same in the same order" diff "$area/one" "$area/many"
done
ends 2 "-j 0" "$lab" check handshake -j 0
one_message "--jobs 0"
ends 1 "a failing lab among others" "$lab" check handshake "$top/tests/must-fail/judge-state.lua" max-orphans \
	--kernel "$newest" -j 3
holds "its output is in one piece" sh -c "sed -n '/judge-state/,/max-orphans/p' '$out' | grep -q 'FAIL judge-state'"

cat >"$area/waits.lua" <<'END'
hosts = { "client", "server" }
limit = "1h"
function run(client, server)
	server:listen(80):accept()
end
END
: >"$out" # what the last command said must not be taken for its words
(cd "$cwd" && exec timeout 60 "$lab" check handshake "$area/waits.lua" handshake --kernel host -j2 >"$out" 2>"$err" </dev/null) &
pid=$!
deadline=$(($(date +%s) + 20))
until grep -q 'fails as stated' "$out" || [ "$(date +%s)" -ge "$deadline" ]; do :; done
kill -TERM $pid
wait $pid
status=$?
holds "a signal ends the check" [ $status -eq 143 ]
nothing_left

finish
