#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A server of the learner's: tcplab run LAB --server COMMAND, on the machine's own kernel and on a
# lab kernel.
. "$(dirname "$0")/checks.sh"

own=$top/tests/labs/own_server.lua
record=$area/record
cwd=$area/mine
mkdir "$cwd" && cp "$top/labs/servers/leaky.py" "$top/labs/servers/mended.py" "$cwd" || exit 2

try() { # STATUS NAME COMMAND TEXT...
	want=$1 title="$kernel: $2" command=$3
	shift 3
	ends "$want" "$title" "$lab" run "$own" --kernel "$kernel" --record "$record" --server "$command"
	for text in "$@"; do says "$text"; done
	holds "$title: its record is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$record"
}

# AddressSanitizer cannot boot a lab kernel.
kernels="host $("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p' | tail -n 1)"
for kernel in $kernels; do
	try 1 "one that leaks" 'python3 leaky.py 9000' "leaky: listening on port 9000" "FAIL own_server" "it closes"
	holds "$kernel: the command is in the header" \
		grep -q '"ev":"header".*"server":\["python3","leaky.py","9000"\]' "$record"
	try 0 "one that does not" "python3 './mended.py'" "PASS own_server"
	try 2 "one that is not there" './none.py 80' "./none.py: No such file or directory" "looked for in PATH"
	try 2 "one that ends" "sh -c 'echo oh no; echo worse >&2; exit 3'" \
		"sh ended with status 3 before it listened" "oh no" "worse" "try the command by itself"
	try 2 "one that is killed" "sh -c 'kill -9 \$\$'" "was ended by SIGKILL before it listened"
	try 2 "one that nobody can reach" 'python3 -m http.server 80 --bind 127.0.0.1' \
		"listens on 127.0.0.1:80 only" "let it listen on 0.0.0.0"
	try 0 "one that takes its time" "sh -c 'echo loading; printf half; sleep 3; exec python3 mended.py'" \
		"the program does not listen yet; it is waited for on any port that other hosts can reach, for 10 s" \
		"so far it has written: loading / half" "PASS own_server"
	holds "$kernel: it is told once" [ "$(grep -c '"ev":"unready"' "$record")" = 1 ]
	# Ten seconds on a real clock are waited for once, by whoever has the time.
	[ "$kernel" = host ] || try 2 "one that never listens" "sh -c 'echo here; exec sleep 100'" \
		"after 1 s the program does not listen yet" "after 10 s it listens on no port" "here"
done

cwd=$area/cwd

# While it is waited for, not when all is over: the run is ended as soon as it says so.
what="one that never listens is told at once"
(cd "$cwd" && COLUMNS=400 exec timeout -k 5 120 "$lab" run "$own" --kernel host --server 'sleep 100') >"$out" 2>"$err" </dev/null &
front=$!
until grep -q 'so far it has written nothing' "$out" || ! kill -0 "$front" 2>/dev/null; do :; done
if kill -0 "$front" 2>/dev/null; then pass; else fail "it has ended"; fi
kill "$front"
wait "$front" 2>/dev/null
says "so far it has written nothing"
silent "it listens on no port"
clean

# ---- wrong use --------------------------------------------------------------

ends 0 "no server" "$lab" run "$own"
says "no server was given"
ends 2 "a lab without use for one" "$lab" run handshake --server 'python3 mended.py'
one_message "the lab handshake has no use for a server"
ends 2 "nothing" "$lab" run "$own" --server ''
one_message "is no command"
ends 2 "half a quote" "$lab" run "$own" --server "python3 'mended.py"
one_message "without its second one"
ends 2 "a shell's language" "$lab" run "$own" --server 'python3 mended.py | tee log'
one_message "no shell reads the command"
ends 2 "no text" "$lab" run "$own" --server "$(printf 'a\377')"
one_message "not valid UTF-8"
ends 2 "for check" "$lab" check "$own" --server 'python3 mended.py'
one_message "--server is not for it"

# ---- what it may be used for ------------------------------------------------

cat >"$area/sly.lua" <<'END'
hosts = { "server" }
takes_server = true
function run(server)
  own_server[1] = "touch"
  server:exec(own_server)
end
END
ends 2 "another command in its place" "$lab" run "$area/sly.lua" --server 'true sly'
one_message "--allow-exec lets it"
sed 's/own_server\[1\] = .*/own_server.env = { LD_PRELOAD = "x.so" }/' "$area/sly.lua" >"$area/slier.lua"
ends 2 "other variables" "$lab" run "$area/slier.lua" --server 'true sly'
one_message "--allow-exec lets it"

finish
