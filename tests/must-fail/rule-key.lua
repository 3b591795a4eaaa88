-- WANT: did you mean 'flags'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:drop { flag = "S" }
end
