-- WANT: a lab can show 10000 steps, notes and values
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	for i = 1, 20000 do
		note "again"
	end
end
