#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every lab in tests/must-fail fails, or is refused, with the message that its
# first lines want:
#     -- WANT: a part of the message
#     -- VERDICT: fail|broken
# A judge that lets one of them pass proves nothing when it passes a real lab.
. "$(dirname "$0")/checks.sh"

for file in "$top"/tests/must-fail/*.lua; do
	title=${file##*/}
	wanted=$(sed -n 's/^-- WANT: //p' "$file" | head -n 1)
	case $(sed -n 's/^-- VERDICT: //p' "$file") in
	fail) status=1 ;;
	broken) status=2 ;;
	*) what=$title && fail "it does not say which verdict it wants" && continue ;;
	esac
	if [ -z "$wanted" ]; then
		what=$title && fail "it does not say which message it wants" && continue
	fi
	ends "$status" "$title" env COLUMNS=250 "$lab" run "$file"
	says "$(printf %s "$wanted" | tr -s ' ')"
	if [ "$status" -eq 1 ]; then
		says "FAIL ${title%.lua}"
		says "$title:"
		clean
	else
		one_message ""
	fi
done

finish
