#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `tcplab --help` is the one source of what the command line has: the man page
# and the completions have to name exactly the same commands and options.
set -u
cd "$(dirname "$0")/.." || exit 2

passed=0 failed=0
same() { # DESCRIPTION WANTED FOUND
	if [ "$2" = "$3" ] && [ -n "$2" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1 (< --help, > there):"
		diff <(echo "$2") <(echo "$3") | grep '^[<>]' || echo "  nothing found"
	fi
}

sorted() { LC_ALL=C sort -u; }
long() { grep -oE -e '--[a-z][a-z-]*' | sorted; }

help=$(LC_ALL=C.UTF-8 "$TCPLAB" --help) || {
	echo "tcplab --help failed"
	echo "0 passed, 1 failed"
	exit 1
}
options=$(long <<<"$help")
man=docs/tcplab.1
bash=docs/completions/tcplab.bash
zsh=docs/completions/_tcplab

same "options of the man page" "$options" \
	"$(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/--\1/p' $man | sorted)"
same "options of the bash completion" "$options" "$(sed -n "s/.*options='\(.*\)'/\1/p" $bash | long)"
same "options of the zsh completion" "$options" "$(grep "^	'" $zsh | long)"

of_man=$(sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' $man | sorted)
same "commands of the bash completion and of the man page" "$of_man" \
	"$(sed -n "s/.*commands='\(.*\)'/\1/p" $bash | tr ' ' '\n' | sorted)"
same "commands of the zsh completion and of the man page" "$of_man" \
	"$(grep -oE '[a-z]+\\:"' $zsh | tr -d '\\:"' | sorted)"
for command in $of_man; do
	same "command $command in --help" "$command" "$(grep -owE "$command" <<<"$help" | head -n 1)"
done

# Both shells accept their file, where the shell is there.
same "bash reads its completion" "yes" "$(bash -n $bash && echo yes)"
if command -v zsh >/dev/null; then
	same "zsh reads its completion" "yes" "$(zsh -n $zsh && echo yes)"
fi
if command -v man >/dev/null; then
	same "the man page renders without a warning" "yes" \
		"$(man --warnings -l $man 2>&1 >/dev/null | grep . || echo yes)"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
