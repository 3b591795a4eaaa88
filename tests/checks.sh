# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the test scripts share; they begin with `. "$(dirname "$0")/checks.sh"`.
#
#   $top      the tree        $area  a directory of this test, removed at its end
#   $cwd      where commands are run: nothing may be left there, nor in $TMPDIR
#   $lab      a copy of the binary with a name of its own, by which its processes are told
#             from those of others; it finds its labs through TCPLAB_DATA
#   $must_run, $slow   1 with TCPLAB_MUST_RUN=1, and under a sanitizer
#
#   ends STATUS WHAT COMMAND...  run it; $out and $err are its two outputs
#   says TEXT, silent TEXT       is this text there, in either; is it absent
#   one_message TEXT             exactly one complaint, with TEXT in it
#   holds WHAT COMMAND...        a check of any other kind: it must succeed; leaves $out alone
#   finish                       the summary line and the exit status

top=$(cd "$(dirname "$0")/.." && pwd)
: "${TCPLAB:=$top/build/tcplab}"
# shellcheck disable=SC2034 # for the scripts that read this one
must_run=${TCPLAB_MUST_RUN:-0} slow=0
# shellcheck disable=SC2034
[ -z "${TCPLAB_SAN:-}" ] || slow=1
# The tester's own surroundings must not change what is tested.
unset TCPLAB_MUST_RUN TCPLAB_DATA COLUMNS NO_COLOR LANG LC_MESSAGES LC_CTYPE MAKEFLAGS MAKELEVEL MFLAGS
LC_ALL=C.UTF-8
export LC_ALL

area=$(mktemp -d) || exit 2
trap 'rm -rf "$area"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$area/cwd" "$area/tmp" "$area/bin"
cwd=$area/cwd out=$area/out err=$area/err name=tcplab$$ lab=$area/bin/tcplab$$
cp "$TCPLAB" "$lab" || exit 2
TMPDIR=$area/tmp
export TMPDIR
passed=0 failed=0 what=''

pass() { passed=$((passed + 1)); }

fail() { # MESSAGE [FILE...]: what there is to see, else the outputs of the last command
	failed=$((failed + 1))
	echo "FAILED: $what: $1"
	shift
	[ $# -gt 0 ] || set -- "$out" "$err"
	for file in "$@"; do
		sed "s|^|    ${file##*/}: |" "$file" 2>/dev/null | tail -n 80
	done
}

# Nothing of what is run here may take longer than $seconds, whatever the machine does.
ends() { # STATUS WHAT COMMAND...
	want_status=$1 what=$2
	shift 2
	(cd "$cwd" && exec timeout -k 5 "${seconds:-120}" "$@") >"$out" 2>"$err" </dev/null
	status=$?
	if [ "$status" -eq "$want_status" ]; then pass; else fail "status $status, not $want_status"; fi
}

holds() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" >"$area/held" 2>&1; then pass; else fail "does not hold: $*" "$area/held"; fi
}

# Long messages are wrapped; a text is looked for as if they were not.
unwrapped() { tr -s ' \n' '  ' <"$1"; }

says() {
	case "$(unwrapped "$out") $(unwrapped "$err")" in
	*"$1"*) pass ;;
	*) fail "nothing says '$1'" ;;
	esac
}

silent() {
	case "$(unwrapped "$out") $(unwrapped "$err")" in
	*"$1"*) fail "it says '$1'" ;;
	*) pass ;;
	esac
}

# Complaints are "tcplab: …" on stderr, and a verdict that is neither pass nor fail.
one_message() {
	n=$(($(grep -c '^tcplab: ' "$err") + $(grep -c '^\(BROKEN\|SKIP\) ' "$out")))
	if [ "$n" -eq 1 ]; then pass; else fail "$n messages, not one"; fi
	says "$1"
	clean
}

escape=$(printf '\033')

# No program that fell over, no escape sequence, no process and no file left.
clean() {
	if grep -q -e "$escape" -e 'stack traceback' -e 'Sanitizer' -e 'runtime error:' \
		-e 'Segmentation' -e 'Aborted' -e 'Assertion' "$out" "$err"; then
		fail "a crash or an escape sequence"
	else
		pass
	fi
	nothing_left
}

# Processes of ours, whatever namespace they are in. Their names can be read when nothing else
# of them can. One that nobody has waited for yet is dead all the same.
ours() {
	cat /proc/[0-9]*/stat 2>/dev/null | sed -n "s/^\([0-9]*\) ($name) [^ZX] .*/\1/p"
}

nothing_left() {
	deadline=$(($(date +%s) + 5))
	while [ -n "$(ours)" ] && [ "$(date +%s)" -lt $deadline ]; do :; done
	left="$(ours) $({ ls -A "$cwd" && ls -A "$TMPDIR"; } | tr '\n' ' ')"
	case $left in
	*[!\ ]*) fail "left behind: $left" ;;
	*) pass ;;
	esac
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

TCPLAB_DATA=$top
export TCPLAB_DATA
