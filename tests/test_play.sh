#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `tcplab play` as somebody sits before it: in a pseudo terminal that is read back
# (terminal.py), at several widths, in both languages, and where there is no screen to be had.
. "$(dirname "$0")/checks.sh"

XDG_RUNTIME_DIR=$area/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
export XDG_RUNTIME_DIR
records=$top/tests/records

tty() { # WHAT SIZE SCRIPT COMMAND...
	what=$1
	shift
	if (cd "$cwd" && exec timeout -k 5 120 python3 "$top/tests/terminal.py" "$@") >"$out" 2>"$err"; then
		pass
	else
		fail "not as it should be"
	fi
}

# ---- a screen ---------------------------------------------------------------

for size in 50x14 60x24 100x30 200x50 250x60; do
	tty "through a record at $size" $size "
		want Three-way
		keys n
		want 1. The client sends a SYN
		keys \rn
		want 2. The SYN-ACK
		keys \l\lpGq
		end 0" "$lab" play "$records/handshake.jsonl"
	tty "in Chinese at $size" $size "
		want 三次握手
		keys nn
		want 2. SYN-ACK 到达客户端
		keys l
		want 2. The SYN-ACK
		keys q
		end 0" "$lab" play --lang zh "$records/handshake.jsonl"
done
tty "it is coloured, but not against anybody's will" 100x30 "
	want Lost segments
	keys G
	want lost (loss)
	colored
	keys q
	end 0" "$lab" play "$records/loss.jsonl"
for wish in "NO_COLOR=1" "NO_COLOR="; do
	option=--no-color
	[ "$wish" = NO_COLOR= ] || option=--verbose
	tty "no colour: $wish $option" 100x30 "
		want Lost segments
		keys G
		want lost (loss)
		colorless
		keys q
		end 0" env "$wish" "$lab" play $option "$records/loss.jsonl"
done
tty "a terminal without colours" --term vt100 100x30 "
	want Lost segments
	keys G
	want lost (loss)
	colorless
	keys q
	end 0" "$lab" play "$records/loss.jsonl"
tty "ASCII where the locale is not UTF-8" 100x30 "
	want Lost segments
	keys G
	want x lost
	not ─
	keys q
	end 0" env LC_ALL=C "$lab" play "$records/loss.jsonl"
tty "other sizes while it runs" 100x30 "
	want Three-way
	keys n
	want 1. The client
	resize 60x20
	want 1. The client
	resize 40x10
	want too small
	resize 200x50
	want 1. The client
	keys q
	end 0" "$lab" play "$records/handshake.jsonl"
tty "what is in front" 80x24 "
	want Three-way
	keys ?
	want twice, half as fast
	keys q
	want event 0
	keys /SYN, ACK\n
	want seq 0 ack 1
	keys s
	want wscale
	keys \e
	want event
	keys q
	end 0" "$lab" play "$records/handshake.jsonl"
tty "a question" 100x30 "
	want Two questions
	keys n\r
	want Question 1
	keys \r
	want a number answers
	keys 2
	want Right: 2. No socket listens
	keys G
	want verdict: pass
	keys q
	end 0" "$lab" play "$records/predict.jsonl"
tty "by the clock" 100x30 "
	want Three-way
	keys r
	want verdict: pass
	keys q
	end 0" "$lab" play "$records/handshake.jsonl"
tty "hostile text" 100x30 "
	want Title
	keys G
	want verdict
	keys s
	want Everything
	keys q
	keys q
	end 0" "$lab" play "$records/hostile.jsonl"
tty "a record that was cut off" 100x30 "
	want event 0
	keys G
	want was cut off here
	keys q
	end 0" "$lab" play "$records/cut.jsonl"
sed 's/"format":1/"format":7/' "$records/handshake.jsonl" >"$area/newer.jsonl"
tty "a record of a newer format" 100x30 "
	want format 7, this tcplab reads up to 1
	keys n
	want 1. The client
	keys q
	end 0" "$lab" play "$area/newer.jsonl"
tty "a lab is played first" 100x30 "
	want Three-way handshake
	keys q
	end 0" "$lab" play handshake

# ---- its end ----------------------------------------------------------------

tty "Ctrl-C" 80x24 "
	want Three-way
	keys $(printf '\003')
	end -2" "$lab" play "$records/handshake.jsonl"
for signal in SIGTERM SIGHUP SIGQUIT; do
	case $signal in SIGTERM) number=15 ;; SIGHUP) number=1 ;; SIGQUIT) number=3 ;; esac
	tty "$signal" 80x24 "
		want Three-way
		signal $signal
		end -$number" sh -c "ulimit -c 0; exec $lab play $records/handshake.jsonl"
done
tty "Ctrl-Z and back" 80x24 "
	want Three-way
	stop
	want Three-way
	keys n
	want 1. The client
	keys q
	end 0" "$lab" play "$records/handshake.jsonl"
holds "nothing is left in the runtime directory" test -z "$(ls -A "$XDG_RUNTIME_DIR")"

# ---- notes ------------------------------------------------------------------

mkfifo "$area/go"
python3 "$top/tests/terminal.py" 100x30 "
	want Two questions
	keys n
	want 1. Nobody listens
	hold $area/go
	keys q
	end 0" "$lab" play "$records/predict.jsonl" >"$area/player" 2>&1 &
player=$!
tty "notes follow the player, and know the answer" 100x30 "
	want Nobody listens
	want 2  RST
	want The answer is on its way
	open $area/go
	want No player is there
	keys q
	end 0" "$lab" play --notes
wait "$player"
status=$?
cp "$area/player" "$out"
holds "the player that was followed" test $status -eq 0
holds "nothing is left after notes" test -z "$(ls -A "$XDG_RUNTIME_DIR")"
tty "notes without a place for them" 80x24 "
	want XDG_RUNTIME_DIR
	end 2" env -u XDG_RUNTIME_DIR "$lab" play --notes

# ---- no screen --------------------------------------------------------------

ends 2 "not a terminal" "$lab" play "$records/handshake.jsonl"
one_message "--plain"
for term in dumb "" no-such-terminal; do
	tty "TERM=$term" --term "$term" 80x24 "
		want --plain
		end 2" "$lab" play "$records/handshake.jsonl"
done
ends 0 "--plain" "$lab" play --plain "$records/handshake.jsonl"
says "At 25.3 ms: server receives SYN seq 0 win 64240."
says "Holds: server has a socket in ESTAB"
cp "$out" "$area/plain"
ends 0 "ACCESSIBLE=1" env ACCESSIBLE=1 "$lab" play "$records/handshake.jsonl"
holds "ACCESSIBLE=1 says the same as --plain" cmp "$out" "$area/plain"
ends 0 "--plain in Chinese" "$lab" play --plain --lang zh "$records/handshake.jsonl"
says "第 1 步：客户端发出 SYN。"
ends 1 "--plain has the verdict as its status" "$lab" play --plain "$records/loss.jsonl"
says "Does not hold: "
ends 2 "--plain and a record that was cut off" "$lab" play --plain "$records/cut.jsonl"
says "cut off"
ends 2 "no record" "$lab" play --plain "$top/README.md"
one_message "not a tcplab record"
ends 2 "no such lab" "$lab" play --plain handshak
one_message "handshake"
ends 2 "two of them" "$lab" play a b
one_message "one lab"
ends 2 "notes of a lab" "$lab" play --notes handshake
one_message "no lab"
finish
