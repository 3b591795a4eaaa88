-- WANT: bad argument #1 to 'connect' (host expected, got number)
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client.connect(5, server, 80)
end
