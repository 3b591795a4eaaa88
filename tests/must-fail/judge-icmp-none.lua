-- WANT: seen      no such ICMP error until
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

-- An ICMP error comes, but another one.
function run(client)
	local conn <close> = client:connect("203.0.113.1", 80, { wait = false })
	expect(conn):icmp("port unreachable"):within("50ms")
end
