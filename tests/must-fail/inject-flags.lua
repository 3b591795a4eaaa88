-- WANT: which flags?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:inject { to = client, from = server, sport = 1, dport = 2 }
end
