-- WANT: release() of a rule that holds nothing back
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:drop { flags = "S" }:release()
end
