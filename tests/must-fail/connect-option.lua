-- WANT: no option 'timout' here; did you mean 'timeout'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client:connect(server, 80, { timout = "5s" })
end
