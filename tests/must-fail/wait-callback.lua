-- WANT: sleep() waits, which is not possible inside a callback
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	table.sort({ 3, 2, 1 }, function(a, b)
		sleep("1ms")
		return a < b
	end)
end
