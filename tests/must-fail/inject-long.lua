-- WANT: data is longer than 1400 bytes
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:inject { to = client, from = server, sport = 1, dport = 2, flags = "A", data = ("x"):rep(1401) }
end
