-- WANT: who is it from?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:inject { to = client, sport = 1, dport = 2, flags = "R" }
end
