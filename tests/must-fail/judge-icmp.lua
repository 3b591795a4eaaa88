-- WANT: client's connection #1 receives ICMP host unreachable 900 ms after the mark
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

-- It comes, but not that late.
function run(client)
	sleep("10ms")
	mark()
	local conn <close> = client:connect("203.0.113.1", 80, { wait = false })
	expect(conn):icmp("host unreachable", { dir = "in" }):at("900ms")
end
