-- WANT: did you mean TcpPassiveOpens?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:counter("TcpPassivOpens")
end
