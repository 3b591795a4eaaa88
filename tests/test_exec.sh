#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Real programs of the machine on the hosts of a lab (host:exec): watched, recorded,
# and gone with the run, however that ends.
. "$(dirname "$0")/checks.sh"

record=$area/record
good() { python3 "$top/tests/record_check.py" "$top/docs/record.md" "$record"; }
events() { grep "\"ev\":\"$1\"" "$record"; }

# Programs are told from others by the number of seconds that they sleep; grep does not find itself.
mark=77777$$
left() {
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -q "sleep [7]7777$$"
}
none_left() {
	deadline=$(($(date +%s) + 5))
	while left; do [ "$(date +%s)" -lt "$deadline" ] || return 1; done
}

lab() { # NAME: the body of run() on stdin
	printf 'hosts = { "client", "server" }\nlimit = "30s"\nfunction run(client, server)\n' >"$area/$1.lua"
	cat >>"$area/$1.lua"
	echo end >>"$area/$1.lua"
}

run() { # STATUS NAME OPTION...
	run_status=$1 run_name=$2
	shift 2
	ends "$run_status" "$run_name" "$lab" run "$area/$run_name.lua" --record "$record" "$@"
	clean
	holds "$run_name: its programs are gone" none_left
	holds "$run_name: its record is as documented" good
}

# ---- an unmodified server ---------------------------------------------------

ends 0 "a web server" "$lab" run "$top/tests/labs/exec_http.lua" --allow-exec --record "$record"
says "server: 198.18.1.1"
clean
holds "its record is as documented" good
holds "what it was started as" sh -c "grep '\"ev\":\"program\"' '$record' | grep -q '\"argv\":\[\"python3\",\"-m\",\"http.server\",\"80\"\]'"
holds "what it logged" sh -c "grep '\"ev\":\"output\"' '$record' | grep -q 'GET /exec_http.lua'"
holds "how it ended" sh -c "grep '\"ev\":\"ended\"' '$record' | grep -q '\"status\":0'"
cp "$out" "$area/live"
ends 0 "the same again" "$lab" replay "$record"
holds "is the same" cmp "$area/live" "$out"
ends 0 "quietly" "$lab" run "$top/tests/labs/exec_http.lua" --allow-exec -q
silent "198.18.1.1 -"

ends 0 "a server with an idle timeout" "$lab" run "$top/tests/labs/exec_idle.lua" --allow-exec --record "$record"
clean
holds "its record is as documented" good

# ---- who may ----------------------------------------------------------------

lab may <<'END'
	local status = server:exec { "true" }:wait { timeout = "20s" }
	expect(status):is(0)
END
run 2 may
one_message "wants to start a program of your machine (--allow-exec"
run 0 may --allow-exec
mkdir -p "$area/course/labs" "$area/course/content"
cp "$area/may.lua" "$area/course/labs"
ends 0 "a lab of the course" env TCPLAB_DATA="$area/course" "$lab" run may
ln -s "$area/may.lua" "$area/course/labs/link.lua"
ends 2 "a link from the course to elsewhere" env TCPLAB_DATA="$area/course" "$lab" run link
says "--allow-exec"

# ---- what it writes ---------------------------------------------------------

lab writes <<'END'
	local long = ("x"):rep(399) .. "é" .. ("y"):rep(1000)
	local p = server:exec { "printf", "%b", "plain\\r\\n\\033[31mred\\007\\n\\377\\n" .. long .. "\\nlast" }
	expect(p:wait { timeout = "20s" }):is(0)
	expect(client:exec { "sh", "-c", "echo oh >&2; exit 3" }:wait { timeout = "20s" }):is(3)
END
run 0 writes --allow-exec
holds "five lines" [ "$(events output | grep -c '"program":1,"fd":1')" -eq 5 ]
holds "a line without its end" sh -c "grep -q '\"text\":\"plain\"' '$record'"
holds "a cleaned one" sh -c "grep -q 'text\":\".\[31mred.\"' '$record'"
holds "a long one, cut between characters" sh -c "grep -q 'text\":\"x\{399\}…\"' '$record'"
holds "the one that had no end" sh -c "grep -q '\"text\":\"last\"' '$record'"
holds "the other descriptor" sh -c "grep -q '\"host\":\"client\",\"program\":2,\"fd\":2,\"text\":\"oh\"' '$record'"
says "server: plain"
says "client: oh"

lab floods <<'END'
	local p = server:exec { "sh", "-c", "yes | head -n 1000000" }
	local listener = server:listen(80)
	local conn = client:connect(server, 80)
	expect(conn):state("ESTAB")
	expect(p:wait { timeout = "25s" }):is(0)
END
run 0 floods --allow-exec -q
holds "no more than is allowed" [ "$(events output | wc -l)" -eq 2000 ]
holds "the others are counted" sh -c "grep -q '\"unrecorded\":998000' '$record'"

# ---- how it ends ------------------------------------------------------------

lab stays <<END
	server:exec { "sh", "-c", "trap '' TERM INT; sleep $mark & sleep $mark & wait" }
	client:exec { "sh", "-c", "setsid sleep $mark & exit 0" }:wait()
	sleep "50ms"
	expect(1):is(1)
END
run 0 stays --allow-exec
holds "killed at the end" sh -c "grep -q '\"ev\":\"ended\".*\"signal\":\"SIGKILL\"' '$record'"

lab orphans <<'END'
	-- Thirty children that nobody waits for, and one program that sees whether they are gone.
	server:exec { "sh", "-c", "i=0; while [ $i -lt 30 ]; do (true & ) ; i=$((i+1)); done" }:wait()
	server:exec { "sleep", "0.2" }:wait()
	local p = server:exec { "sh", "-c",
		"cat /proc/[0-9]*/stat 2>/dev/null | grep -c '^[0-9]* (true) Z' || test $? -eq 1" }
	expect(p:wait { timeout = "20s" }):is(0)
END
run 0 orphans --allow-exec
holds "no zombies" sh -c "grep -q '\"program\":3,\"fd\":1,\"text\":\"0\"' '$record'"

lab breaks <<END
	server:exec { "sleep", "$mark" }
	error("no further")
END
run 2 breaks --allow-exec
one_message "no further"

lab signals <<'END'
	local p = server:exec { "sleep", "1000" }
	expect(p:kill("INT")):is(true)
	local status, why, name = p:wait { timeout = "20s" }
	expect(status):is(nil)
	expect(name):is("SIGINT")
END
run 0 signals --allow-exec -v
says "server calls kill(sleep, SIGINT) = 0"
says "program 1 was ended by SIGINT"

lab waits <<END
	server:exec { "sleep", "$mark" }
	sleep "20s"
END
for signal in TERM KILL; do
	(cd "$cwd" && exec "$lab" run "$area/waits.lua" --allow-exec >"$out" 2>"$err" </dev/null) &
	pid=$!
	deadline=$(($(date +%s) + 10))
	while ! left && [ "$(date +%s)" -lt "$deadline" ]; do :; done
	holds "SIG$signal: the program runs" left
	kill -$signal $pid
	wait $pid 2>/dev/null
	holds "SIG$signal to the front: the program is gone" none_left
	nothing_left
done

# ---- limits and answers -----------------------------------------------------

lab missing <<'END'
	local p, why, name = server:exec { "/no/such/program" }
	expect(p):is(nil)
	expect(name):is("ENOENT")
	expect(why):is("/no/such/program: No such file or directory")
	expect(select(3, server:exec { "true", cwd = "nowhere" })):is("ENOENT")
END
run 0 missing --allow-exec
holds "nothing was started" sh -c "! grep -q '\"ev\":\"program\"' '$record'"

lab eight <<END
	for i = 1, 8 do assert(server:exec { "sleep", "$mark" }) end
	server:exec { "true" }
END
run 2 eight --allow-exec
one_message "8 programs run already, which is the limit"

lab beside <<'END'
	local p = server:exec { "cat", "beside.txt" }
	expect(p:wait { timeout = "20s" }):is(0)
	p = server:exec { "cat", "beside.txt", cwd = "course/.." }
	expect(p:wait { timeout = "20s" }):is(0)
END
echo "beside the lab" >"$area/beside.txt"
run 0 beside --allow-exec
says "server: beside the lab"

lab never <<'END'
	local p = server:exec { "sh", "-c", "sleep 0.1; exit 4" }
	local ok, why, name = p:listening(80)
	expect(ok):is(nil)
	expect(name):is("ENDED")
	p = server:exec { "sleep", "20" }
	expect(select(3, p:listening(80, { timeout = "200ms" }))):is("TIMEOUT")
END
run 0 never --allow-exec

finish
