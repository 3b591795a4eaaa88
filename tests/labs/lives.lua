-- SPDX-License-Identifier: MIT
-- What can become of a connection, in one run, for the tests of the record: both
-- families, loss, a refused one, both orders of closing, an abort, sysctls, values.
title = { "Many ends", zh = "许多结局" }
hosts = { "client", "server" }
link = { delay = "5ms" }
sysctl = { server = { ["net.ipv4.tcp_fin_timeout"] = 5 } }
limit = "20s"

local gone = { "SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK" }

local function talk(client, server, listener, family, first)
	local conn = client:connect(server, listener.port, { family = family, timeout = "5s" })
	local peer = listener:accept { timeout = "5s" }
	conn:write("question")
	expect(peer:read(8, { timeout = "5s" }), "the question"):is("question")
	local a, b = conn, peer
	if first == "server" then
		a, b = peer, conn
	end
	a:close()
	expect(b:read("a", { timeout = "5s" }), "the end"):is("")
	b:close()
end

function run(client, server)
	step { "Both families, both orders of closing", zh = "两种地址族，两种关闭顺序" }
	for port, family in pairs { [80] = 4, [81] = 6 } do
		local listener <close> = server:listen(port, { family = family })
		talk(client, server, listener, family, "client")
		talk(client, server, listener, family, "server")
	end
	note "Nobody listens on port 9."
	local none, message, errno = client:connect(server, 9)
	expect(errno, "connect()"):is("ECONNREFUSED")

	step "A reset"
	local listener <close> = server:listen(82)
	local conn = client:connect(server, 82)
	local peer = listener:accept { timeout = "5s" }
	conn:set("SO_LINGER", 0)
	conn:close()
	expect(client):packet { flags = "RA", dir = "out", port = 82 }:within("1s")

	step "Both close at the same time"
	conn = client:connect(server, 82)
	peer = listener:accept { timeout = "5s" }
	conn:close()
	peer:close()
	expect(client):count({ "FIN-WAIT-1", "CLOSING" }, 0, { port = 82 }):within("1s")

	step "A SYN gets lost and comes again"
	server:link { loss = "100%" }
	conn = client:connect(server, 82, { wait = false })
	expect(client):packet { flags = "S", dir = "out", port = 82, rtx = true }:within("3s")
	server:link { loss = 0 }
	expect(conn:connected { timeout = "10s" }, "connect()"):is(true)
	server:sysctl("net.ipv4.tcp_fin_timeout", 6)
	value("segments", client:counter("TcpOutSegs"))
	expect(server):counter("TcpPassiveOpens", 7)
	conn:close()
	expect(client):count(gone, { max = 1 }):within("5s")
end
