-- WANT: a port is 0 to 65535
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client:connect(server, 70000)
end
