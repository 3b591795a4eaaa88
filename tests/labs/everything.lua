-- SPDX-License-Identifier: MIT
-- Calls everything once, in a few milliseconds, for the failing allocator.
title = { "Everything", zh = "全部" }
hosts = { "client", "server" }
delay = param("delay", "25ms", { min = "1ms", max = "500ms", help = { "One-way delay", zh = "单向时延" } })
mode = param("mode", { oneof = { "slow", "fast" } })
link = { delay = delay, loss = "1%", toward = { server = {
	delay = "10ms", jitter = "1ms", distribution = "pareto", burst = { p = "1%", r = 0.5, good = 0, bad = 1 },
	duplicate = "1%", reorder = 0.1, gap = 2, corrupt = 0.01, rate = "10mbit", limit = 9 } } }
needs = { "6.1", "netem" }
length = full and "2s" or "1s"
full_length = "2s"
linear = since "6.5" and 4 or 0
sysctl = { server = { ["net.ipv4.tcp_syncookies"] = 0 } }
counter_runs = {
	{ name = "other", set = { ["server.net.ipv4.tcp_sack"] = 0 }, param = { delay = "5ms" }, fails = { "x" } },
}

function run(client, server)
	local listener <close> = server:listen(80, { reuse = true, set = { SO_RCVBUF = 8192 } })
	local conn <close> = assert(client:connect(server, 80))
	local peer <close> = assert(listener:accept { timeout = "5s" })
	step { "A step", zh = "一步" }
	note("A note\nof two lines")
	mark()
	local echo = spawn(function(socket)
		return socket:write(socket:read(5))
	end, peer)
	sleep("100us")
	conn:write("hello")
	expect(echo:join()):is(5)
	expect(conn:read("a", { timeout = "1ms" })):is(nil)
	expect(client):state { "ESTAB", "TIME-WAIT" }:within("5ms"):as("named")
	expect(conn):state("ESTAB"):hold("1ms")
	expect(server):counter("TcpPassiveOpens", { min = 1 })
	expect(server):packet { flags = "S", dir = "in" }
	expect(server):icmp("host unreachable", { dir = "in", nth = 2, port = 80 })
	expect(server):icmp()
	expect(pcall(error, "x")):is(false)
	local seen = client:packet { flags = "SA" }
	local all = server:sockets { state = "LISTEN" }
	value("info", conn:info().state)
	value("get", tostring(conn:get("TCP_NODELAY")) .. tostring(seen) .. #all .. tostring(conn))
	server:sysctl("net.ipv4.tcp_sack", 0)
	kernel_sysctl("net.ipv4.tcp_max_orphans", kernel_sysctl("net.ipv4.tcp_max_orphans"))
	client:link { delay = "1ms", burst = false, rate = 0 }
	local program = assert(client:exec { "true", "x", env = { B = "2", A = 1 }, cwd = "a" })
	expect(program:wait { timeout = "10us" }):is(nil)
	expect(program:listening(81, { timeout = "10us" })):is(nil)
	expect(program:kill()):is(true)
	value("program", select(3, program:wait()) .. tostring(program) .. tostring(program.host))
	local keys = {}
	for k in pairs { b = 1, a = 2 } do
		keys[#keys + 1] = k
	end
	expect(table.concat(keys)):is("ab")
	peer:shutdown("write")
	local refused, _, name = client:connect(server, 81)
	expect(refused):is(nil)
	expect(name):is("ECONNREFUSED")
	expect(conn:read("a")):is("hello" and "")
	local rule = net:hold { from = client, flags = "FA", nth = 1 }
	rule:release { order = "reverse" }
	rule:off()
	local _ = rule:seen() + rule:acted() + rule:held(), tostring(rule), tostring(net)
	net:drop { to = server, data = true, rtx = false, count = 2 }:off()
	net:duplicate { conn = nil, after = "1ms", copies = 2, port = 80 }:off()
	net:delay { len = 0, by = "1ms" }:off()
	net:inject { to = client, from = "198.19.0.9", sport = 1, dport = 2, flags = "R", data = "x", tsval = 1, tsecr = 2 }
	client.link:down()
	client.link:up()
	client:link { delay = "1ms", burst = false, rate = 0 }
end
