#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What may know of what, and the few other rules of the tree that a compiler
# does not check. Each rule is one test case and lists what breaks it. The
# rules are first tried on small wrong trees: one that cannot be broken proves
# nothing.
#
# shellcheck disable=SC2046 # lists of files are split on purpose: no name here has a space
set -u

# includes PATTERN FILE...: the lines that include a header whose name matches.
includes() {
	local pattern=$1
	shift
	grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)[\">]" "$@" /dev/null
}

files() { # SUFFIX FOLDER...
	local suffix=$1
	shift
	find "$@" -maxdepth 1 -name "*.$suffix" 2>/dev/null | LC_ALL=C sort
}

code() { # C files and headers of the folders given
	files '[ch]' "$@"
}

lua_headers='(lua5\.4/|lua/)?(lua|lauxlib|lualib|luaconf)\.h(pp)?'
netlink_headers='netlink/.*|linux/(rt|gen)?netlink\.h|linux/(sock_diag|inet_diag|pkt_sched|veth'
netlink_headers+='|neighbour|if_link|if_addr|fib_rules)\.h'

# Headers that are longer than what a reader takes in at a glance, and why.
long_header() {
	case $1 in
	lua/lab.h) ;;    # a lab has many sides, and the engine needs all of them
	lua/labops.h) ;; # one table: everything that a script can ask of the engine
	lua/script.h) ;; # what the files of lua/ share among themselves; nobody else includes it
	runner/ladder_own.h) ;; # the same for the files of the ladder
	runner/scene_own.h) ;;  # and of the scene
	netns/sockdiag.h) ;; # a socket's entry, field by field, as the kernel tells it
	*) return 1 ;;
	esac
}
header_lines=100

# Each rule prints what breaks it.
rule_lua_headers_only_in_lua() { includes "$lua_headers" $(code netns runner tests); }
rule_netlink_headers_only_in_netns() { includes "$netlink_headers" $(code lua runner); }
rule_cmark_in_one_file() {
	local found
	found=$(includes 'cmark.*\.h' $(code netns lua runner))
	[ "$(grep -c . <<<"$found")" -eq 1 ] || echo "${found:-no file includes cmark.h}"
}
rule_curses_in_one_file() {
	local found
	found=$(includes '(ncursesw?/)?(n?curses|term)\.h' $(code netns lua runner))
	! grep -qv '^runner/screen\.c:' <<<"$found" || echo "$found"
}
rule_netns_knows_of_nothing_above() { includes '(\.\./)?(lua|runner)/.*' $(code netns); }
rule_lua_knows_nothing_of_runner() { includes '(\.\./)?runner/.*' $(code lua); }
rule_spdx_line_on_top() {
	local file
	for file in $(code netns lua runner tests) $(files lua labs lua tests tests/must-fail) \
		$(files sh tests .ci) $(files def runner) $(files py tests); do
		# Labs that must fail begin with what they are wanted to say.
		head -n 5 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
	done
}
rule_headers_are_short() {
	local file n
	for file in $(files h netns lua runner); do
		n=$(wc -l <"$file")
		[ "$n" -le $header_lines ] || long_header "$file" || echo "$file: $n lines"
	done
}
# Two files start a program, and say in their theory which: the one that a lab asks for, and a lab kernel.
starts_programs='netns/program\.c|runner/labkernel\.c'
rule_no_shell_is_run() {
	grep -HnE '(^|[^_[:alnum:]."])(system|popen|exec[lv]p?e?|posix_spawnp?)\(' \
		$(code netns lua runner) /dev/null | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(\*|/\*|//)' |
		grep -vE "^($starts_programs):.*[^[:alnum:]_]exec[lv]p?e?\("
}
rule_no_open_ends() {
	grep -HnE '\b(TODO|FIXME|XXX)[(:]' $(code netns lua runner tests) $(files lua labs lua) /dev/null
}

rules=$(declare -F | sed -n 's/^declare -f \(rule_.*\)/\1/p')
passed=0 failed=0

# broken RULE FILE TEXT: in a tree where only that file is, the rule must complain.
wrong_tree=$(mktemp -d)
trap 'rm -rf "$wrong_tree"' EXIT
must_complain() {
	local rule=$1 file=$2 text=$3
	mkdir -p "$wrong_tree"/{netns,lua,runner,tests,labs}
	printf '%b\n' "$text" >"$wrong_tree/$file"
	if [ -n "$(cd "$wrong_tree" && "$rule" 2>&1)" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$rule cannot be broken: it accepts $file with: ${text:0:60}"
	fi
	rm -r "${wrong_tree:?}"/*
}

must_complain rule_lua_headers_only_in_lua runner/a.c '#include <lauxlib.h>'
must_complain rule_netlink_headers_only_in_netns runner/a.c '#include <netlink/netlink.h>'
must_complain rule_netlink_headers_only_in_netns lua/a.c '# include <linux/rtnetlink.h>'
must_complain rule_cmark_in_one_file runner/a.c '#include <cmark.h>\n#include "cmark.h"'
must_complain rule_curses_in_one_file runner/a.c '#include <ncursesw/curses.h>'
must_complain rule_netns_knows_of_nothing_above netns/a.c '#include "../lua/lab.h"'
must_complain rule_lua_knows_nothing_of_runner lua/a.h '#include "../runner/record.h"'
must_complain rule_spdx_line_on_top netns/a.c 'int a;'
must_complain rule_spdx_line_on_top labs/a.lua 'title = "a"'
must_complain rule_headers_are_short netns/a.h "$(seq 150)"
must_complain rule_no_shell_is_run runner/a.c '\treturn system("ip link");'
must_complain rule_no_shell_is_run runner/a.c '\tif (execvp(a, b))'
must_complain rule_no_shell_is_run netns/program.c '\treturn popen("ip link", "r");'
must_complain rule_no_open_ends lua/a.c '/* TO''DO: later */'

cd "$(dirname "$0")/.." || exit 2
if [ -z "$(code netns)" ] || [ -z "$(code runner)" ]; then
	echo "there is no code to look at here"
	failed=$((failed + 1))
fi
for rule in $rules; do
	found=$("$rule")
	if [ -z "$found" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "broken: ${rule#rule_}" | tr _ ' '
		while IFS= read -r line; do echo "    $line"; done <<<"$found"
	fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
