#!/bin/sh
# SPDX-License-Identifier: MIT
#
# --format junit: what every reader of such reports agrees on (tests/junit.rng, by xmllint), and
# that the numbers in front fit what comes after them.
. "$(dirname "$0")/checks.sh"

has_lint() { command -v xmllint >/dev/null; }
valid() { xmllint --noout --relaxng "$top/tests/junit.rng" "$1"; }
numbers() { # FILE: each suite says how many of each it has
	python3 - "$1" <<'END'
import sys
import xml.etree.ElementTree as tree
for suite in tree.parse(sys.argv[1]).getroot():
    cases = suite.findall("testcase")
    for name, n in (("tests", len(cases)), ("failures", len(suite.findall("testcase/failure"))),
                    ("errors", len(suite.findall("testcase/error"))),
                    ("skipped", len(suite.findall("testcase/skipped")))):
        if int(suite.get(name)) != n:
            sys.exit(f"{suite.get('name')}: {name} is {suite.get(name)}, there are {n}")
END
}
report() { # STATUS RECORD
	ends "$1" "$2" "$lab" replay "$top/tests/records/$2.jsonl" --format junit
	cp "$out" "$area/$2.xml"
	holds "$2: the numbers fit" numbers "$area/$2.xml"
	if has_lint; then
		holds "$2: valid" valid "$area/$2.xml"
	elif [ "$must_run" = 1 ]; then
		fail "xmllint is not there"
	fi
}

has_lint || echo "no report was validated: there is no xmllint"
report 0 handshake
report 1 loss
says 'failures="1" errors="0" skipped="0"'
says 'message="expected: client sends SYN, retransmitted (no. 2) within 500 ms; seen: such segments: 1'
says 'labs/loss.lua:12'
report 2 broken
says 'errors="1"'
report 3 skip
says '<skipped message="'
report 2 hostile
report 2 cut
says "the record ends without a verdict"

ends 0 "two labs" "$lab" run handshake handshake --param delay=2ms --format junit
cp "$out" "$area/two.xml"
holds "two suites" [ "$(grep -c '<testsuite ' "$area/two.xml")" -eq 2 ]
holds "the numbers fit" numbers "$area/two.xml"
says '<property name="delay" value="2ms"/>'
ends 2 "no lab" "$lab" run nothing --format junit
one_message "nothing"

finish
