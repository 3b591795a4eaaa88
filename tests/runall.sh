#!/bin/bash
# SPDX-License-Identifier: MIT
#
# tests/runall.sh TEST...
#
# Runs test programs (Check) and test scripts, as many at once as there are processors
# (TEST_JOBS=1: one after the other); quiet about what passes, all the output of what fails,
# in the order in which they were given. A script with a line "# Alone: why" has the machine
# to itself. The last line is "N passed, M failed", N and M
# being test cases:
#   a program is believed when it ends with Check's line
#       100%: Checks: 12, Failures: 0, Errors: 0
#   a script when it ends with a line "N passed, M failed";
# whoever ends without such a line, or with a status that does not fit it,
# counts as one failure. Tests that a machine cannot run say "SKIP: ..." and are
# not counted as passed.
#
# Exit status: 0 when nothing failed.
set -u

limit=${TEST_SECONDS:-280}
# Check gives a test case 4 s, which a busy machine can take for a slow one.
CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-30}
export CK_DEFAULT_TIMEOUT
at_once=${TEST_JOBS:-$(nproc)}
passed=0 failed=0 skipped=0 told=0

[ $# -gt 0 ] || {
	echo "$0: no tests given" >&2
	exit 2
}

area=$(mktemp -d) || exit 2
# A test is in a process group of its own, that of timeout(1), which hands signals on.
leave() {
	trap - EXIT
	local running
	running=$(jobs -rp)
	[ -z "$running" ] || {
		# shellcheck disable=SC2086 # a list of numbers
		kill $running 2>/dev/null
		wait
	}
	rm -rf "$area"
}
trap leave EXIT
trap 'leave; exit 130' INT
trap 'leave; exit 143' TERM

number() { # the text in front of pattern $1 in the last line of the log that has it
	sed -n "s/$1/\1/p" "$log" | tail -n 1
}

# One test. Leaves two files: NUMBER.told for people, then NUMBER.counts.
run_one() { # NUMBER TEST
	local test=$2 log=$area/$1.log told=$area/$1.told name began status ms p f s=0 all e why='' child
	name=$(basename "$test")
	began=$(date +%s%N)
	CK_VERBOSITY=normal timeout -k 5 "$limit" "$test" >"$log" 2>&1 </dev/null &
	child=$!
	trap 'kill "$child" 2>/dev/null; wait "$child"; exit 143' TERM
	wait "$child"
	status=$?
	ms=$((($(date +%s%N) - began) / 1000000))

	case $test in
	*.sh)
		p=$(number '^\([0-9][0-9]*\) passed, [0-9][0-9]* failed.*$')
		f=$(number '^[0-9][0-9]* passed, \([0-9][0-9]*\) failed.*$')
		;;
	*)
		all=$(number '^[0-9]*%: Checks: \([0-9]*\), Failures: [0-9]*, Errors: [0-9]*$')
		f=$(number '^[0-9]*%: Checks: [0-9]*, Failures: \([0-9]*\), Errors: [0-9]*$')
		e=$(number '^[0-9]*%: Checks: [0-9]*, Failures: [0-9]*, Errors: \([0-9]*\)$')
		p='' f=${f:+$((f + e))}
		[ -z "$all" ] || p=$((all - f))
		;;
	esac

	if [ -z "$p" ] || [ -z "$f" ]; then
		p=0 f=1 why="ended with status $status and no summary"
	elif [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1 why="ended with status $status"
	elif [ "$status" -eq 0 ] && [ "$f" -ne 0 ]; then
		why="ended with status 0 in spite of failures"
	elif [ "$p" -eq 0 ] && [ "$f" -eq 0 ]; then
		f=1 why="ran no test at all"
	fi
	[ "$status" -ne 124 ] || why="stopped after $limit s"

	case $test in *.sh) ;; *) s=$(grep -c '^SKIP:' "$log") ;; esac
	[ "$s" -le "$p" ] || s=$p
	p=$((p - s))

	if [ "$f" -eq 0 ]; then
		printf '  %-24s %4d passed %6d.%d s' "$name" "$p" $((ms / 1000)) $((ms % 1000 / 100))
		[ "$s" -eq 0 ] || printf '  (%d skipped)' "$s"
		echo
		grep '^SKIP:' "$log" | sort | uniq -c | sed 's/^/    /'
	else
		echo "--- $name: $f failed${why:+: $why}"
		cat "$log"
		echo "--- end of $name"
	fi >"$told"
	rm -f "$log"
	echo "$p $f $s" >"$area/$1.new" && mv "$area/$1.new" "$area/$1.counts"
}

# What has ended and has nothing before it that still runs.
tell() {
	local p f s
	while [ -f "$area/$told.counts" ]; do
		cat "$area/$told.told"
		read -r p f s <"$area/$told.counts"
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
		rm -f "$area/$told".*
		told=$((told + 1))
	done
}

alone() { case $1 in *.sh) grep -q '^# Alone: ' "$1" ;; *) false ;; esac; }

room_for() { # HOW MANY: wait until no more than that run
	while [ "$(jobs -rp | wc -l)" -gt "$1" ]; do
		wait -n
		tell
	done
}

started=0
for test in "$@"; do
	if alone "$test"; then room_for 0; else room_for $((at_once - 1)); fi
	run_one $started "$test" &
	started=$((started + 1))
	if alone "$test"; then room_for 0; fi
done
while [ $told -lt $started ] && [ -n "$(jobs -rp)" ]; do
	wait -n
	tell
done
tell
# A runner that was killed has said nothing of its test.
if [ $told -lt $started ]; then
	echo "--- $((started - told)) tests came to no end"
	failed=$((failed + started - told))
fi

[ "$skipped" -eq 0 ] || echo "$skipped skipped: this machine lacks what they need, see above"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
