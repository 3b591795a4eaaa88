-- WANT: the lab holds 4096 open sockets
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	for i = 1, 5000 do
		assert(server:listen(0))
	end
end
