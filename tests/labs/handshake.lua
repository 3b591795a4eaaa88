-- SPDX-License-Identifier: MIT
-- The shape of a real lab, for the tests of the interface.
title = { "Three-way handshake", zh = "三次握手" }
summary = { "SYN, SYN-ACK, ACK: who is in which state when", zh = "谁在什么时候处于什么状态" }
hosts = { "client", "server" }
delay = param("delay", "25ms", { min = "1ms", max = "500ms", help = { "One-way delay", zh = "单向时延" } })
link = { delay = delay, loss = "1%", toward = { server = { delay = "10ms" } } }
lesson = "handshake"
limit = "20s"
length = "1s"
needs = { "6.1" }
sysctl = { server = { ["net.ipv4.tcp_syncookies"] = 0 } }
counter_runs = {
	{
		name = { "with cookies", zh = "使用 cookie" },
		set = { ["server.net.ipv4.tcp_syncookies"] = 2 },
		param = { delay = "5ms" },
		fails = { "server state SYN-RECV" },
	},
}

function run(client, server)
	local listener <close> = server:listen(80, { backlog = 5, reuse = true })
	step { "The client sends a SYN", zh = "客户端发送 SYN" }
	local conn <close> = client:connect(server, 80, { wait = false })
	expect(client):state("SYN-SENT"):within("10ms")
	expect(server):state("SYN-RECV"):within("60ms")
	expect(client):state("ESTAB"):at("100ms")
	expect(server):counter("TcpPassiveOpens", 1)
	local peer <close> = listener:accept { timeout = "1s" }
	expect(conn:write("hello")):is(5)
	expect(peer:read(5), "what arrived"):is("hello")
	expect(peer):state("ESTABLISHED"):hold("1ms"):as("still there")
	value("mss", conn:info().snd_mss, "bytes")
end
