-- WANT: where to?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:inject { from = server, sport = 1, dport = 2, flags = "R" }
end
