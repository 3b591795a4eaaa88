-- WANT: conn is a listener, which is no connection
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local l = server:listen(80)
	net:drop { conn = l }
end
