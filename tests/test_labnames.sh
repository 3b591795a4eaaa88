#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every name that a lab can use is in docs/writing-a-lab.md, and every function
# and method also in the editor's annotations. The names are read from the tables of lua/.
set -u
cd "$(dirname "$0")/.." || exit 2
passed=0 failed=0

# The entries of the C tables: { "connect", host_connect, false }, { "is", expect_is }.
functions=$(grep -hoE '\{ "[a-z_]+", [a-z_]+(, (true|false))? \}' lua/[a-z]*.c |
	grep -vE 'luaopen_' | cut -d'"' -f2 | sort -u)
functions="$functions param expect"
options=$(grep -hoE '\{ "(SO|TCP|IP|IPV6)_[A-Z0-9_]+"' lua/sockopt.c | cut -d'"' -f2)

check() { # NAME FILE
	if grep -qE "(^|[^A-Za-z0-9_])$1([^A-Za-z0-9_]|\$)" "$2"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1 is not in $2"
	fi
}

for name in $functions; do
	check "$name" docs/writing-a-lab.md
	case $name in
	rd | wr | rdwr | read | write | both) continue ;;
	esac
	check "$name" lua/tcplab.meta.lua
done
for name in $options; do
	check "$name" docs/writing-a-lab.md
done
[ "$passed" -gt 80 ] || { echo "only $passed names were found: the tables are written differently"; failed=$((failed + 1)); }
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
