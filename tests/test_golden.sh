#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Golden records: each lab gives on each lab kernel the record that is kept in tests/golden
# (golden.py), byte for byte but for what golden.py takes out. `make golden` writes them anew.
. "$(dirname "$0")/checks.sh"

golden=$top/tests/golden.py
kept=$top/tests/golden
: "${TCPLAB_KERNELS:=$top/build/kernels}"
export TCPLAB_KERNELS

# The engine under a sanitizer gives the same records, ten times slower.
if [ $slow -eq 1 ]; then
	echo "SKIP: golden records are compared by the build without sanitizers"
	holds "they are there" [ -s "$kept/6.12/handshake.jsonl" ]
	finish
fi

kernels=
for version in 6.1 6.12; do
	if [ -x "$TCPLAB_KERNELS/$version/linux" ]; then
		kernels="$kernels $version"
	else
		[ "$must_run" -eq 0 ] || fail "there is no lab kernel $version" /dev/null
		echo "SKIP: there is no lab kernel $version: make kernels"
	fi
done

# The comparison itself must be able to fail, and in words.
spoiled() { # WHAT SED-SCRIPT WORDS
	what="the comparison and $1"
	sed "$2" "$kept/6.12/handshake.jsonl" >"$area/spoiled"
	if cmp -s "$area/spoiled" "$kept/6.12/handshake.jsonl"; then
		fail "the record was not changed" /dev/null
	elif python3 "$golden" compare "$kept/6.12/handshake.jsonl" "$area/spoiled" >"$area/held"; then
		fail "it sees no difference" /dev/null
	elif grep -qF "$3" "$area/held"; then
		pass
	else
		fail "it does not say '$3'" "$area/held"
	fi
}
holds "a record is like itself" python3 "$golden" compare "$kept/6.12/handshake.jsonl" "$kept/6.12/handshake.jsonl"
sed 's/"release":"6.12"/"release":"6.12.999"/; s/2000-01-01T/2031-05-06T/' "$kept/6.12/handshake.jsonl" >"$area/newer"
holds "a patch level and a date are no matter" python3 "$golden" compare "$kept/6.12/handshake.jsonl" "$area/newer"
spoiled "a field" '0,/"win":[0-9]*/s//"win":77/' 'win was 64240, is 77'
spoiled "a grain of time" '/"to":"SYN-RECV"/s/"t":25000000/"t":25100000/' 'state server #1 CLOSED to SYN-RECV: t was 25 ms, is 25.1 ms'
spoiled "an event that is gone" '/"to":"SYN-RECV"/d' '25 ms: gone: state server #1 CLOSED to SYN-RECV'
spoiled "an event that is new" '/"to":"SYN-RECV"/p' '25 ms: new: state server #1 CLOSED to SYN-RECV'
spoiled "another kernel" '1s/"release":"6.12"/"release":"6.13"/' 'kernel.release was "6.12", is "6.13"'

mkdir "$area/labs" "$area/kept"
cp "$top/labs/handshake.lua" "$area/labs"
for version in $kernels; do
	mkdir "$area/kept/$version"
	ends 1 "a lab without a golden record" python3 "$golden" check "$area/kept" "$area/labs" "$lab" "$version"
	says "make golden"
	echo "{}" >"$area/kept/$version/gone.jsonl"
	cp "$kept/$version/handshake.jsonl" "$area/kept/$version"
	ends 1 "a golden record without a lab" python3 "$golden" check "$area/kept" "$area/labs" "$lab" "$version"
	says "a lab that is not there"
	break
done

# shellcheck disable=SC2086 # a list of words
[ -z "$kernels" ] || ends 0 "the records of the labs" python3 "$golden" check "$kept" "$top/labs" "$lab" $kernels
clean
[ -z "$kernels" ] || sed -n '/ passed, /!s/^/    /p' "$out"
finish
