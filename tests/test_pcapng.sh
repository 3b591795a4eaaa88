#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A run's packets as a capture file, read back by somebody else's reader: tshark. Its own
# analysis has to find the retransmissions that the record tells of, and no wrong checksum.
. "$(dirname "$0")/checks.sh"

capture=$area/run.pcapng
# tshark has a folder of its own in the home.
shark() { HOME=$area tshark -n "$@" 2>"$area/shark.err"; }
fields() { # FILTER FIELD...
	filter=$1
	shift
	for field in "$@"; do set -- "$@" -e "$field"; shift; done
	shark -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -r "$capture" -Y "$filter" -T fields "$@"
}
count() { fields "$1" frame.number | wc -l; }
has_shark() { command -v tshark >/dev/null; }

# ---- without a reader -------------------------------------------------------

ends 1 "a replay" "$lab" replay "$top/tests/records/loss.jsonl" --pcap "$capture" -q
clean
holds "it is a pcapng file" sh -c "od -An -tx1 -N4 '$capture' | grep -q '0a 0d 0d 0a'"
cp "$capture" "$area/first"
ends 1 "the same again" "$lab" replay "$top/tests/records/loss.jsonl" --pcap "$capture" -q
holds "gives the same file" cmp "$capture" "$area/first"

ends 2 "no such host" "$lab" replay "$top/tests/records/loss.jsonl" --pcap "$area/none" --pcap-host nobody
says "--pcap-host nobody: this lab has no such host"
says "its hosts are client, server"
holds "no file is left" [ ! -e "$area/none" ]
ends 2 "a host without a file" "$lab" replay "$top/tests/records/loss.jsonl" --pcap-host client
one_message "--pcap-host client goes with --pcap"
ends 2 "no such folder" "$lab" replay "$top/tests/records/loss.jsonl" --pcap "$area/no/file" -q
one_message "No such file or directory"
ends 2 "a full disk" "$lab" replay "$top/tests/records/loss.jsonl" --pcap /dev/full -q
says "/dev/full: No space left on device"
ends 2 "two labs" "$lab" run handshake handshake --pcap "$capture"
one_message "--pcap takes one lab, 2 were given"
ends 2 "a record that was cut off" "$lab" replay "$top/tests/records/cut.jsonl" --pcap "$area/cut" -q
holds "is written as far as it goes" [ -s "$area/cut" ]

# ---- read back --------------------------------------------------------------

if ! has_shark; then
	what="tshark"
	if [ "$must_run" = 1 ]; then fail "is not there"; else echo "no capture was read back: there is no tshark"; fi
	finish
fi

sent_again() { grep -c "\"host\":\"$2\",\"dir\":\"out\".*\"rtx\":true" "$1"; }
by_analysis() { # HOST: what it sent, and what tshark takes for sent again
	addr=$(fields "frame.interface_name == \"$1\" && frame.packet_flags_direction == 2" ip.src | head -n 1)
	count "ip.src == $addr && tcp.analysis.retransmission"
}
agrees() { # RECORD HOST
	want=$(sent_again "$1" "$2") got=$(by_analysis "$2")
	[ "$want" -eq "$got" ] && return
	echo "$2: the record has $want retransmissions, tshark finds $got"
	return 1
}

for record in loss handshake close finack icmp; do
	status_of=0
	[ $record != loss ] || status_of=1
	from=$top/tests/records/$record.jsonl
	for host in client server; do
		ends $status_of "$record, what the $host saw" "$lab" replay "$from" --pcap "$capture" --pcap-host $host -q
		holds "one packet an event" [ "$(count frame)" -eq "$(grep -c "\"ev\":\"\(packet\|icmp\)\".*\"host\":\"$host\",\"dir\"" "$from")" ]
		holds "nothing is malformed" [ "$(count '_ws.malformed || _ws.expert.severity == error')" -eq 0 ]
		holds "checksums" [ "$(count 'ip.checksum.status == 0 || (tcp.len == 0 && tcp.checksum.status == 0)')" -eq 0 ]
		holds "retransmissions" agrees "$from" $host
	done
done

ends 0 "all hosts" "$lab" replay "$top/tests/records/handshake.jsonl" --pcap "$capture" -q
holds "an interface a host" [ "$(fields frame frame.interface_name | sort -u | tr '\n' ' ')" = "client server " ]
holds "nanoseconds" sh -c "shark() { HOME='$area' tshark -n \"\$@\" 2>'$area/shark.err'; }; shark -r '$capture' -T fields -e frame.time_relative | grep -q '^0.025200000'"
fields frame frame.comment >"$area/comments"
holds "steps are comments" grep -q "step 1: The client sends a SYN" "$area/comments"
holds "expectations are comments" grep -q "holds: client has a socket in SYN-SENT" "$area/comments"
holds "the verdict is one" grep -q "verdict: pass" "$area/comments"
HOME=$area tshark -N n -r "$capture" -T fields -e ip.src_host >"$area/names" 2>/dev/null
holds "addresses have names" grep -qx client "$area/names"
holds "options are there" [ "$(count 'tcp.flags.syn == 1 && tcp.options.mss_val == 1460 && tcp.options.wscale.shift == 7 && tcp.options.sack_perm && tcp.options.timestamp.tsval == 0')" -eq 4 ]

ends 0 "ICMP errors" "$lab" replay "$top/tests/records/icmp.jsonl" --pcap "$capture" -q
holds "with an MTU" [ "$(count 'icmp.type == 3 && icmp.code == 4 && icmp.mtu == 1400 && tcp.seq == 1')" -eq 1 ]
holds "of no connection" [ "$(count 'icmp.type == 3 && icmp.code == 1 && ip.dst == 192.0.2.9')" -eq 1 ]
holds "over IPv6" [ "$(count 'icmpv6.type == 3 && ipv6.src == 2001:db8:1::fe && icmpv6.checksum.status == 1')" -eq 1 ]
holds "with right checksums" [ "$(count 'icmp.checksum.status == 1')" -eq 6 ]

ends 2 "a hostile record" "$lab" replay "$top/tests/records/hostile.jsonl" --pcap "$capture" -q
holds "can be read" shark -r "$capture"

sed 's/198\.18\.\([12]\)\.1/2001:db8:\1::1/g; s/"family":4/"family":6/' "$top/tests/records/handshake.jsonl" >"$area/six.jsonl"
ends 0 "IPv6" "$lab" replay "$area/six.jsonl" --pcap "$capture" --pcap-host client -q
holds "it is IPv6" [ "$(count 'ipv6.src == 2001:db8:1::1')" -gt 0 ]
holds "nothing is malformed" [ "$(count '_ws.malformed || (tcp.len == 0 && tcp.checksum.status == 0)')" -eq 0 ]

# A run of today, on whatever kernel it is.
ends 0 "a run" "$lab" run handshake --param delay=5ms --record "$area/run.jsonl" --pcap "$capture" --pcap-host client -q
holds "its packets" [ "$(count frame)" -eq "$(grep -c '"ev":"\(packet\|icmp\)".*"host":"client","dir"' "$area/run.jsonl")" ]
holds "nothing was sent again" agrees "$area/run.jsonl" client

finish
