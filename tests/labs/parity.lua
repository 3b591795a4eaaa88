-- SPDX-License-Identifier: MIT
-- What both back ends must do alike: delays that differ by direction and change in mid-run, both ways, total
-- loss, a rate, and every packet twice. tests/test_parity.sh compares the records.
title = "Parity"
limit = "2min"
hosts = { "client", "server" }
link = { delay = "20ms", toward = { client = { delay = "35ms" } } }
sysctl = {
	client = { ["net.ipv4.tcp_congestion_control"] = "reno" },
	server = { ["net.ipv4.tcp_congestion_control"] = "reno" },
}

function run(client, server)
	local listener = server:listen(80)
	step "Asymmetric delays"
	local conn = client:connect(server, 80)
	local peer = listener:accept()
	conn:write("one")
	expect(peer:read()):is("one")

	step "A longer way, while a segment is on it"
	conn:write("two")
	sleep("5ms")
	server:link { delay = "200ms" }
	conn:write("three")
	sleep("300ms")

	step "A shorter way: what was sent later overtakes"
	conn:write("four")
	sleep("10ms")
	server:link { delay = "30ms" }
	conn:write("five")
	sleep("500ms")

	step "No delay at all, while a segment is under way"
	conn:write("six")
	sleep("1ms")
	server:link { delay = 0 }
	sleep("300ms")
	expect(#peer:read()):is(#"twothreefourfivesix")

	step "Silence"
	client:link { loss = 1 }
	peer:write("lost")
	sleep("1s")
	client:link { loss = 0 }
	expect(conn:read { timeout = "5s" }):is("lost")

	step "A thin pipe"
	client:link { delay = "10ms", rate = "1mbit" }
	peer:write(("x"):rep(20000))
	sleep("1s")
	expect(#conn:read()):is(20000)

	step "Everything twice"
	client:link { rate = 0, duplicate = 1 }
	conn:write("again")
	sleep("200ms")
	peer:write("and again")
	sleep("200ms")
	expect(conn:read()):is("and again")
	expect(peer:read()):is("again")

	step "The end"
	conn:close()
	sleep("100ms")
	peer:close()
	sleep("61s")
end
