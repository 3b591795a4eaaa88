#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/fuzzall.sh SECONDS FUZZER...
#
# Runs each fuzzer for so long, starting from the corpus
# tests/corpus/NAME when there is one. What was found on the way stays in
# build/corpus/NAME; an input that fails is left there too, and its name shown.
# Exit status: 0 when no fuzzer found anything.
set -u

seconds=$1
shift
failed=0
[ $# -gt 0 ] || {
	echo "there are no fuzzers (tests/fuzz_*.c)"
	exit 0
}
for fuzzer in "$@"; do
	name=$(basename "$fuzzer")
	found=build/corpus/$name
	seeds=tests/corpus/${name#fuzz_}
	mkdir -p "$found"
	[ -d "$seeds" ] || seeds=
	log=$(mktemp)
	# shellcheck disable=SC2086 # no seeds: no argument
	if "$fuzzer" ${FUZZ_SEED:+-seed=$FUZZ_SEED} -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="build/corpus/$name-" -print_final_stats=1 \
		"$found" $seeds >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		printf '  %-24s %s runs in %s s, nothing found\n' "$name" "${runs:-?}" "$seconds"
	else
		failed=$((failed + 1))
		echo "--- $name found something:"
		tail -n 60 "$log"
		echo "--- end of $name"
	fi
	rm -f "$log"
done
echo "$(($# - failed)) fuzzers passed, $failed failed"
[ "$failed" -eq 0 ]
