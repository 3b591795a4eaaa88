-- WANT: from is a host, not string
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:drop { from = "server" }
end
