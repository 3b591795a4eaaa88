-- WANT: no socket option 'TCP_NODELY'; did you mean TCP_NODELAY?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:listen(80):set("TCP_NODELY", true)
end
