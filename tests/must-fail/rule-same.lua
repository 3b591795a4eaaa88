-- WANT: from and to are the same host
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:drop { from = server, to = server }
end
