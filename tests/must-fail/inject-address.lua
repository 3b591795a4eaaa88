-- WANT: is no IPv4 address
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:inject { to = client, from = "nowhere", sport = 1, dport = 2, flags = "R" }
end
