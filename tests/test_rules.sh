#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Named packets, made-up ones, cables and power cuts: one lab with all of them, on this machine's
# kernel and on each lab kernel, through the wire and in front of netem.
. "$(dirname "$0")/checks.sh"

record=$area/record
played() { # KERNEL BACKEND
	ends 0 "$1, $2" "$lab" run "$top/tests/labs/rules.lua" --kernel "$1" --backend "$2" --record "$record"
	clean
	holds "its record is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$record"
	says "rule 1: the network drops SYN, ACK no. 1 from server"
	says "lost (rule)"
	says "held back"
	says "arrives twice: ACK"
	says "made up: RST seq 1"
	says "lost (down)"
	says "power cut at server"
	holds "a made-up segment says so" grep -q '"ev":"packet".*"flags":"R".*"made":true' "$record"
	holds "nothing of the server after its end" sh -c \
		"! sed -n '/\"ev\":\"vanish\"/,\$p' '$record' | grep -v counter | sed 1d | grep '\"host\":\"server\",\"dir\":\"out\"'"
}

played host wire
for kernel in 6.1 6.12; do
	if "$lab" kernels | grep -q "^ *$kernel  *virtual "; then
		for backend in wire netem; do played $kernel $backend; done
	elif [ "$must_run" = 1 ] && [ $slow -eq 0 ]; then
		what="kernel $kernel" && fail "is not there"
	fi
done
ends 0 "in Chinese" "$lab" run "$top/tests/labs/rules.lua" --kernel host --lang zh
says "规则 1：网络丢弃SYN, ACK（第 1 个），来自 server"
says "server 断电"

finish
