-- WANT: 64 rules are in force already
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	for _ = 1, 65 do
		net:drop { flags = "S" }
	end
end
