-- WANT: a lab can have 256 actors
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	for i = 1, 300 do
		spawn(sleep, "1s")
	end
end
