#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Whatever is wrong with what it is given, tcplab says one clear thing, ends with
# the right status, and leaves nothing behind. What comes from outside while it
# runs (signals, closed pipes) is in interrupt.py.
. "$(dirname "$0")/checks.sh"

labs=$area/labs
mkdir "$labs"

# The rest of the arguments are lines of a lab with two hosts.
write() { # NAME LINE...
	file=$labs/$1.lua
	shift
	echo 'hosts = { "client", "server" }' >"$file"
	printf '%s\n' "$@" >>"$file"
}

# A lab that is refused or stopped: one message that has TEXT, status 2.
refused() { # TEXT WHAT LINE...
	text=$1
	refused_what=$2
	shift 2
	write bad "$@"
	ends 2 "$refused_what" "$lab" run "$labs/bad.lua"
	one_message "$text"
}

# ---- names and values -------------------------------------------------------

ends 2 "an unknown lab" "$lab" run handshak
one_message 'did you mean "handshake"'
ends 2 "an unknown lab, nothing near" "$lab" run zzzzzzzzzzzz
one_message 'there is no lab "zzzzzzzzzzzz"'
ends 2 "an unknown lab to show" "$lab" show handshak
one_message 'did you mean "handshake"'
ends 2 "an unknown lab to check" "$lab" check handshak
one_message 'did you mean "handshake"'
ends 2 "a file that is not there" "$lab" run ./nosuch.lua
one_message "./nosuch.lua: No such file"
ends 2 "a directory as a lab" "$lab" run "$labs/"
one_message "$labs"
ends 2 "an escape sequence in a name" "$lab" run "$(printf 'a\033[31mb')"
one_message "there is no lab"
ends 2 "an escape sequence in an option" "$lab" run "--$(printf '\033]0;x\007')"
one_message "there is no such option"
ends 2 "a parameter out of range" "$lab" run handshake --param delay=5s
one_message "delay"
says "2s"
ends 2 "a parameter that is no duration" "$lab" run handshake --param delay=fast
one_message "delay"
ends 2 "an unknown parameter" "$lab" run handshake --param dely=5ms
one_message "dely"
says "delay"
ends 2 "a parameter without a value" "$lab" run handshake --param delay
one_message "--param delay"
ends 2 "an unknown sysctl" "$lab" run handshake --set server.net.ipv4.tcp_syncookiez=2
one_message "tcp_syncookiez"
ends 2 "a sysctl outside of net" "$lab" run handshake --set server.kernel.hostname=x
one_message "kernel.hostname"
ends 2 "a sysctl that climbs" "$lab" run handshake --set server.net/../kernel/hostname=x
one_message "net/../kernel"
ends 2 "a value that the kernel refuses" "$lab" run handshake --set server.net.ipv4.tcp_syncookies=many
one_message "tcp_syncookies"
ends 2 "an unknown host" "$lab" run handshake --set sevrer.net.ipv4.tcp_syncookies=2
one_message "sevrer"
ends 2 "a setting without a value" "$lab" run handshake --set server.net.ipv4.tcp_syncookies
one_message "--set"
ends 2 "a seed that is no number" "$lab" run handshake --seed lucky
one_message "--seed lucky"

# ---- labs -------------------------------------------------------------------

refused "bad.lua:3:" "a syntax error" "function run(client, server)" "  lokal x = 1" "end"
says "lokal x = 1"
write bad 'title = "Nothing to play"'
ends 2 "a lab without run" "$lab" run "$labs/bad.lua"
one_message "run()"
: >"$labs/bad.lua"
ends 2 "an empty lab" "$lab" run "$labs/bad.lua"
one_message "no hosts"
dd if=/dev/urandom of="$labs/bad.lua" bs=1000 count=1 2>/dev/null
ends 2 "noise as a lab" "$lab" run "$labs/bad.lua"
one_message "bad.lua"
for n in 1 2 3 4; do
	case $n in
	1) piece='title = "a\27[31mb"' ;;
	2) piece='summary = { "fine", zh = "a\27]0;owned\7" }' ;;
	3) piece='title = "a\u{9b}31mb"' ;;
	4) piece='title = "a\xff\xfe"' ;;
	esac
	refused "bad: " "an escape sequence in a text ($n)" "$piece" "function run() end"
done
refused "control character" "an escape sequence in a step" "function run()" '  step "a\27[2Jb"' "end"
refused "bad.lua:3" "an escape sequence in an error" "function run()" '  error("a\27[2Jb")' "end"
refused "without waiting" "a lab that loops for ever" "function run()" "  while true do end" "end"
refused "without waiting" "a file that loops for ever" "while true do end" "function run() end"
refused "without waiting" "a loop that catches" "function run()" \
	"  while true do pcall(function() while true do end end) end" "end"
refused "memory" "a lab that allocates without end" "function run()" \
	"  local t = {} for i = 1, math.huge do t[i] = { i } end" "end"
refused "memory" "one huge string" "function run()" '  local s = ("x"):rep(1 << 28)' "end"
refused "open sockets" "a lab that opens sockets without end" "function run(client, server)" \
	"  while true do assert(server:listen(0)) end" "end"
refused "actors" "a lab that starts actors without end" "function run()" \
	"  while true do spawn(function() sleep('1h') end) end" "end"
refused "limit of 300 ms" "a lab that waits for ever" "limit = '300ms'" "function run(client, server)" \
	"  server:listen(80):accept()" "end"
says "accept() at"
for call in 'os.execute("id")' 'io.open("/etc/passwd")' 'debug.getregistry()' 'require("os")' \
	'load("return 1")()' 'loadfile("/etc/passwd")' 'dofile("/etc/passwd")' 'print(1)' \
	'string.dump(run)' 'package.loadlib("x", "y")' 'coroutine.wrap(run)()'; do
	refused "bad.lua:3" "$call" "function run()" "  $call" "end"
done
refused "bad.lua:2" "os outside of run()" 'os.exit(0)' "function run() end"
printf '\033Lua\124\000\031\223\r\n\032\n\004\010\010' >"$labs/bad.lua"
ends 2 "bytes that begin like bytecode" "$lab" run "$labs/bad.lua"
one_message "compiled Lua"
for luac in luac5.4 luac; do
	command -v $luac >/dev/null || continue
	echo 'hosts = { "a", "b" } function run() end' >"$area/text.lua"
	$luac -o "$labs/bad.lua" "$area/text.lua"
	ends 2 "real bytecode" "$lab" run "$labs/bad.lua"
	one_message "compiled Lua"
done
mkfifo "$labs/fifo.lua"
ends 2 "a pipe as a lab" "$lab" run "$labs/fifo.lua"
one_message "not a regular file"
ends 2 "the kernel's memory as a lab" "$lab" run /dev/../dev/zero.lua
one_message "zero.lua"

# Of several labs one is wrong: what was played stays, and it is said once.
write bad "function run(" "end"
ends 2 "a good lab and a bad one" "$lab" run handshake "$labs/bad.lua" --param delay=1ms -q
says "bad.lua:"

# ---- lessons ----------------------------------------------------------------

data=$area/data
mkdir -p "$data/labs" "$data/content/en" "$data/content/zh"
cp "$top/labs/handshake.lua" "$data/labs/"
lesson() { # WHAT SED-SCRIPT TEXT: the real lesson, spoiled
	sed "$2" "$top/content/en/handshake.md" >"$data/content/en/handshake.md"
	what=$1
	if cmp -s "$top/content/en/handshake.md" "$data/content/en/handshake.md"; then
		fail "the lesson was not changed"
	fi
	ends 2 "$1" env TCPLAB_DATA="$data" "$lab" show handshake
	one_message "handshake.md:"
	says "$3"
	# A run is worth as much without its lesson: it says the same and keeps its verdict.
	ends 0 "$1, in a run" env TCPLAB_DATA="$data" "$lab" run handshake
	says "handshake.md:"
	says "$3"
	clean
}
lesson "an unknown placeholder" '12s/$/ {{nonsense}}/' nonsense
lesson "a placeholder that is not closed" '12s/$/ {{kernel/' "{{"
lesson "a missing section" '/^## Predict/d' Predict
lesson "broken UTF-8" "12s/\$/ $(printf '\377')/" UTF-8
rm "$data/content/en/handshake.md"
ends 2 "a lesson that is not there" env TCPLAB_DATA="$data" "$lab" show handshake
one_message "handshake"
printf '# x\n\n%s\n' '<script>alert(1)</script> **a [b](c `d' >"$area/extra"
sed "12r $area/extra" "$top/content/en/handshake.md" >"$data/content/en/handshake.md"
ends 0 "broken Markdown is text" env TCPLAB_DATA="$data" "$lab" show handshake
clean

# ---- records ----------------------------------------------------------------

record=$area/record
ends 0 "a record" "$lab" run handshake --param delay=1ms --record "$record" -q
half=$(($(wc -c <"$record") / 2))
for format in text json tap; do
	sed '$d' "$record" >"$area/cut"
	ends 2 "cut off after a line, $format" "$lab" replay "$area/cut" --format $format
	says "cut off"
	clean
	head -c $half "$record" >"$area/cut"
	ends 2 "cut off within a line, $format" "$lab" replay "$area/cut" --format $format
	says "cut off"
	clean
done
head -c 20 "$record" >"$area/cut"
ends 2 "cut off within the header" "$lab" replay "$area/cut"
one_message "not a tcplab record"
: >"$area/cut"
ends 2 "an empty file" "$lab" replay "$area/cut"
one_message "not a tcplab record"
echo '{"a":1}' >"$area/cut"
ends 2 "foreign JSON" "$lab" replay "$area/cut"
one_message "not a tcplab record"
ends 2 "a text" "$lab" replay "$top/labs/handshake.lua"
one_message "not a tcplab record"
ends 2 "a program" "$lab" replay "$lab"
one_message "not a tcplab record"
sed '1s/"format":1/"format":7/' "$record" >"$area/cut"
ends 2 "a newer format" "$lab" replay "$area/cut"
one_message "format 7"
says "up to 1"
sed '4s/.*/[1, 2]/' "$record" >"$area/cut"
ends 2 "a line that is no event" "$lab" replay "$area/cut"
says ":4:"
ends 2 "a directory" "$lab" replay "$area"
one_message "Is a directory"
ends 2 "no file" "$lab" replay "$area/nosuch"
one_message "No such file"
ends 2 "no argument" "$lab" replay
one_message "one record"
sed 's/"text":{/"what":{/; s/"seq":[0-9]*/"seq":"x"/; s/"hosts":\[/"hosts":[1,/' "$record" >"$area/cut"
ends 0 "fields of another kind" "$lab" replay "$area/cut"
clean
for file in "$top"/tests/records/*; do
	what="replay of ${file##*/}"
	"$lab" replay "$file" >"$out" 2>"$err"
	clean
done

# ---- places to write to -----------------------------------------------------

ends 2 "a record into no directory" "$lab" run handshake --record nosuch/record
one_message "nosuch/record: No such file"
ends 2 "a record onto a directory" "$lab" run handshake --record "$area"
one_message "$area: Is a directory"
if [ "$(id -u)" -ne 0 ]; then
	ends 2 "a record where one may not write" "$lab" run handshake --record /record
	one_message "/record: Permission denied"
fi
ends 2 "a full disk for the record" "$lab" run handshake --record /dev/full
one_message "No space left on device"
for format in text json tap; do
	ends 2 "a full disk for the output, $format" \
		sh -c "exec '$lab' run handshake --param delay=1ms --format $format >/dev/full"
	one_message "No space left on device"
done
for command in list help --version doctor 'show handshake' "replay $record" 'check handshake'; do
	ends 2 "a full disk for $command" sh -c "exec '$lab' $command >/dev/full"
	one_message "No space left on device"
done
# A small file system of our own, where a user or root can make one.
for as in 'unshare -Urm' 'unshare -m'; do
	$as mount -t tmpfs none /mnt 2>/dev/null || continue
	mkdir -p "$area/disk"
	# shellcheck disable=SC2086 # $as is a command with its options
	ends 2 "a disk of 4 KB" $as sh -c "mount -t tmpfs -o size=4k none '$area/disk' &&
		echo precious >'$area/disk/old' && '$lab' run handshake --record '$area/disk/new'
		status=\$?; ls -A '$area/disk'; exit \$status"
	one_message "No space left on device"
	holds "nothing of the record is there" sh -c "tail -n 1 '$out' | grep -qx old"
	break
done

# ---- from outside -----------------------------------------------------------

if python3 "$top/tests/interrupt.py" "$lab" "$area" >"$out" 2>"$err"; then
	passed=$((passed + $(wc -l <"$out")))
else
	what="from outside"
	fail "see above"
fi
nothing_left

finish
