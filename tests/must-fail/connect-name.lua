-- WANT: 'server' is no address
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client:connect("server", 80)
end
