-- SPDX-License-Identifier: MIT
-- What routers say: over both versions of IP, about an attempt to connect and about data.
hosts = { "client", "server" }
link = { delay = "10ms" }
needs = { "netem" }

function run(client, server)
	local listener <close> = server:listen(80)
	local six <close> = server:listen(81, { family = 6 })

	step "A SYN that reaches the first router only"
	mark()
	local near <close> = client:connect(server, 80, { wait = false, set = { IP_TTL = 1 } })
	expect(near):icmp("time exceeded", { dir = "in", port = 80 }):at("10ms")
	expect(near):state("CLOSED"):at("10ms")
	expect(near:error()):is("EHOSTUNREACH")

	step "The same over IPv6"
	mark()
	local near6 <close> = client:connect(server, 81, { wait = false, family = 6, set = { IPV6_UNICAST_HOPS = 1 } })
	expect(near6):icmp("Time Exceeded"):at("10ms")
	expect(near6):state("CLOSED"):at("10ms")
	expect(client):icmp(nil, { nth = 2 })

	step "An address to which there is no way"
	mark()
	local astray <close> = client:connect("203.0.113.1", 80, { wait = false })
	expect(astray):icmp("host unreachable"):at("10ms")

	step "A connection that is established only remembers it"
	local conn <close> = client:connect(server, 80)
	conn:set("IP_TTL", 1)
	conn:write("hello")
	expect(conn):icmp("time exceeded"):within("20ms")
	expect(conn):state("ESTAB"):hold("50ms")
end
