-- WANT: below net.
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:sysctl("kernel.hostname", "x")
end
