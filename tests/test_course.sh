#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The labs stand in the order of labs/course wherever all of them are told: list, check, report --all.
. "$(dirname "$0")/checks.sh"

ids() { sed -n 's/^  \([a-z][a-z0-9-]*\)  .*/\1/p' "$out" | tr '\n' ' '; }
in_order() { [ "$(ids)" = "$1" ] || { ids; return 1; }; }

# ---- of this course -----------------------------------------------------------

named=$(sed 's/#.*//; /^ *$/d' "$top/labs/course")
holds "it names every lab, and no other" [ "$(echo "$named" | sort)" = \
	"$(cd "$top/labs" && for file in *.lua; do echo "${file%.lua}"; done | sort)" ]
ends 0 "list" "$lab" list
holds "as it says" in_order "$(echo "$named" | tr '\n' ' ')"
ends 0 "list in Chinese" "$lab" list --lang zh
holds "as it says, in Chinese" in_order "$(echo "$named" | tr '\n' ' ')"

# ---- of another: what is not in it comes after, and what is only in it is no lab ---

data=$area/data
mkdir -p "$data/labs" && ln -s "$top/content" "$data/content" || exit 2
for id in all ball call doll; do
	cat >"$data/labs/$id.lua" <<'END'
hosts = { "client" }
knob = param("knob", 1)
counter_runs = { { name = "two", param = { knob = 2 }, fails = { "knob" } } }
function run() expect(knob, "knob"):is(1):as("knob") end
END
done
TCPLAB_DATA=$data
ends 0 "without a course" "$lab" list
holds "by their names" in_order "all ball call doll "
printf '# by size\n\ndoll # the big one\r\nnone\n  \nball\ndoll' >"$data/labs/course"
ends 0 "with one" "$lab" list
holds "doll and ball come first" in_order "doll ball all call "

ends 0 "check" "$lab" check --kernel host
holds "check goes by it" [ "$(sed -n 's/^✓ \([a-z][a-z]*\) .*/\1/p' "$out" | tr '\n' ' ')" = "doll ball all call " ]
ends 0 "report" "$lab" report --all --kernel host -o "$area/site"
for index in index.html index.zh.html; do
	holds "$index goes by it" [ "$(sed -n 's/^<h2><a href="\([a-z]*\)\..*/\1/p' "$area/site/$index" |
		tr '\n' ' ')" = "doll ball all call " ]
done

rm "$data/labs/course" && mkdir "$data/labs/course"
ends 2 "a course that cannot be read" "$lab" list
one_message "labs/course: Is a directory"
ends 2 "no such lab, and a course that cannot be read" "$lab" show dol
one_message "labs/course: Is a directory"

finish
