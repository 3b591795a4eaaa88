#!/bin/sh
# SPDX-License-Identifier: MIT
#
# An oracle that is not ours: the kernel's tracepoint sock:inet_sock_set_state
# during 200 connects and closes. oracle.py says how the two are compared. It
# needs root and tracefs; who has not says so, and with TCPLAB_MUST_RUN=1 root has to.
#
# Alone: it traces the whole machine and may mount tracefs
. "$(dirname "$0")/checks.sh"

tracefs=/sys/kernel/tracing
event=$tracefs/events/sock/inet_sock_set_state

ends 0 "the lab by itself" "$lab" run "$top/tests/labs/oracle.lua" -q
says "PASS oracle"

cannot() { # WHY
	if [ "$must_run" = 1 ] && [ "$(id -u)" -eq 0 ]; then
		what="the kernel's trace" && fail "$1"
	else
		echo "not held against the kernel's trace: $1"
	fi
	finish
}

[ "$(id -u)" -eq 0 ] || cannot "that needs root"
if [ ! -d $tracefs/events ]; then
	mount -t tracefs tracefs $tracefs 2>"$area/held" || cannot "no tracefs: $(cat "$area/held")"
	trap 'umount $tracefs; rm -rf "$area"' EXIT
fi
[ -d $event ] || cannot "this kernel has no tracepoint sock:inet_sock_set_state"
[ -w $tracefs/instances ] || cannot "tracing is locked"

# Three runs, as what is between two dumps of the sockets differs each time.
for n in 1 2 3; do
	holds "run $n, held against the trace" \
		python3 "$top/tests/oracle.py" "$lab" "$top/tests/labs/oracle.lua" "$area/record" $tracefs
	grep 'sockets differ' "$area/held"
	holds "run $n, held against docs/record.md" \
		python3 "$top/tests/record_check.py" "$top/docs/record.md" "$area/record"
done
holds "no tracing instance is left" sh -c "! ls $tracefs/instances | grep ^tcplab-"

# The oracle must be able to fail.
cat >"$area/liar.sh" <<END
#!/bin/sh
"$lab" "\$@"
status=\$?
sed -i '/"from":"ESTAB","to":"CLOSE-WAIT"/d' "$area/record"
exit \$status
END
chmod +x "$area/liar.sh"
what="a record that lacks a state"
if python3 "$top/tests/oracle.py" "$area/liar.sh" "$top/tests/labs/oracle.lua" "$area/record" \
	$tracefs >"$area/held" 2>&1; then
	fail "is not found out" "$area/held"
else
	pass
fi

finish
