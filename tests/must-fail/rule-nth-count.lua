-- WANT: nth names one packet already
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:drop { nth = 1, count = 2 }
end
