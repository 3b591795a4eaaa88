#!/bin/sh
# SPDX-License-Identifier: MIT
#
# However a run dies, nothing of it stays: no process, no namespace, no mount, no
# file, and the machine's own network is what it was. Namespaces cannot be listed
# when nobody is in them; so a user namespace whose limit on network
# namespaces is what one run needs has to have room for one more run at the end.
#
# Alone: it looks for changes of the whole machine, its mounts among them
. "$(dirname "$0")/checks.sh"

times=100
[ $slow -eq 0 ] || times=20

# What changes by itself is left out: how many connections the machine tracks, how long a
# router's routes are still good for.
host_state() {
	cat /proc/self/mountinfo
	find /proc/sys/net -type f -perm -400 ! -name nf_conntrack_count -exec grep -H '' {} + 2>/dev/null |
		LC_ALL=C sort
	for family in -4 -6; do
		ip $family -d address show
		ip $family route show table all
		ip $family rule show
	done | sed 's/ expires [0-9]*sec//; s/\(valid\|preferred\)_lft [0-9]*sec//g'
	ip -d link
	ls -A /run/netns /var/run/netns 2>/dev/null
}

# Network namespaces of our own processes and of those that came from them.
namespaces() {
	for p in /proc/[0-9]*; do
		case $(cat "$p/stat" 2>/dev/null) in
		*"($name)"*) readlink "$p/ns/net" 2>/dev/null ;;
		esac
	done
	readlink /proc/$$/ns/net
}

kill_runs() { # TIMES WHOM
	(cd "$cwd" && exec python3 "$top/tests/gone.py" "$lab" "$1" "$2")
}

# In the user namespace, started by the end of this file.
limit() { echo "$1" >/proc/sys/user/max_net_namespaces; }

# Is there room for a run? The kernel frees the namespaces of earlier ones in the background, and
# those of an attempt that failed too: trying without a pause would never let it catch up.
has_room() { # SECONDS
	deadline=$(($(date +%s) + $1))
	until "$lab" run handshake --param delay=1ms -q >"$area/last" 2>&1; do
		[ "$(date +%s)" -lt $deadline ] || return 1
		sleep 0.2
	done
}

counted() {
	need=1
	limit $need
	until has_room 2; do
		need=$((need + 1))
		[ $need -le 12 ] || { echo "no run with up to 12 network namespaces"; return 1; }
		limit $need
	done
	[ $need -gt 2 ] || { echo "a run with $need: the limit is not obeyed"; return 1; }
	limit $((need * times))
	for whom in front engine; do
		kill_runs $((times / 5)) $whom || return 1
	done
	limit $need
	has_room 5 || { cat "$area/last"; return 1; }
}

if [ "${1-}" = counted ]; then
	counted
	exit
fi
holds "ip is there" command -v ip
host_state >"$area/before" 2>&1
holds "there is something to compare" [ "$(wc -l <"$area/before")" -gt 100 ]
namespaces >"$area/ns.before"

for whom in front engine; do
	holds "kill -9 of the $whom, $times times" kill_runs $times $whom
	what="after killing each $whom" && nothing_left
done
ends 0 "a run that ends by itself" "$lab" run handshake -q
nothing_left
ends 1 "a run that fails" "$lab" run handshake -q --set server.net.ipv4.tcp_syncookies=2
nothing_left
namespaces >"$area/ns.after"
holds "no process of ours holds a namespace" diff "$area/ns.before" "$area/ns.after"
host_state >"$area/after" 2>&1
holds "the machine is what it was" diff "$area/before" "$area/after"

if unshare -Ur true 2>"$area/held"; then
	holds "all network namespaces are free again" unshare -Ur "$0" counted
elif [ "$must_run" = 1 ] && [ "$(id -u)" -ne 0 ]; then
	what="network namespaces" && fail "no user namespace to count them in" "$area/held"
else
	echo "network namespaces were not counted: $(cat "$area/held")"
fi

finish
