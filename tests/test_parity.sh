#!/bin/sh
# SPDX-License-Identifier: MIT
#
# netem and wire are one network: the same lab under either, on each lab kernel, gives the
# same segments and states at the same times. And chance has a seed: where the
# kernel's netem takes none, wire is chosen, and two runs are the same.
. "$(dirname "$0")/checks.sh"

# A tcplab with AddressSanitizer cannot boot any, and offers none.
versions=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p')
if [ -z "$versions" ]; then
	echo "SKIP: there is no lab kernel here that this tcplab can boot"
	case $must_run:${TCPLAB_SAN:-} in
	1:*address*) holds "none is offered" true ;;
	1:*) holds "lab kernels are there" false ;;
	*) holds "the machine's own kernel is there" "$lab" kernels ;;
	esac
	finish
fi

# A lab whose file is FILE, on kernel VERSION by BACKEND, its record in $area/BACKEND.
plays() { # VERSION FILE BACKEND
	ends 0 "$(basename "$2") on $1 by $3" "$lab" run "$2" --kernel "$1" --backend "$3" \
		--record "$area/$3" -q
}

cat >"$area/random.lua" <<'END'
hosts = { "client", "server" }
link = { delay = "20ms", jitter = "10ms", distribution = "normal", loss = "5%", duplicate = "5%" }
function run(client, server)
	local listener = server:listen(80)
	local conn = client:connect(server, 80)
	local peer = listener:accept()
	conn:write(("x"):rep(50000))
	sleep("20s")
end
END

for version in $versions; do
	plays "$version" "$top/tests/labs/parity.lua" netem
	plays "$version" "$top/tests/labs/parity.lua" wire
	holds "the same network on $version" python3 "$top/tests/parity.py" "$area/netem" "$area/wire"
	sed "s/^/$version: /" "$area/held"
	holds "the record is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$area/netem"
	# The tester is tested: another delay is another network.
	sed 's/delay = "35ms"/delay = "36ms"/' "$top/tests/labs/parity.lua" >"$area/other.lua"
	plays "$version" "$area/other.lua" wire
	holds "a difference is found on $version" sh -c \
		"! python3 '$top/tests/parity.py' '$area/netem' '$area/wire'"

	ends 0 "chance on $version" "$lab" run "$area/random.lua" --kernel "$version" --record "$area/once" -q
	ends 0 "chance on $version again" "$lab" run "$area/random.lua" --kernel "$version" \
		--record "$area/again" -q
	holds "the same again" python3 "$top/tests/parity.py" "$area/once" "$area/again"
	ends 0 "another seed on $version" "$lab" run "$area/random.lua" --kernel "$version" --seed 2 \
		--record "$area/again" -q
	holds "another seed, another fate" sh -c \
		"! python3 '$top/tests/parity.py' '$area/once' '$area/again'"
	case $version in
	6.1) holds "wire, and it says why" grep -q '"backend":"wire","why":"chance decides' "$area/once" ;;
	*) holds "netem takes the seed" grep -q '"backend":"netem","why":"the kernel' "$area/once" ;;
	esac
done

finish
