-- WANT: wanted more than 32 MB of memory
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local t = {}
	for i = 1, math.huge do t[i] = { i } end
end
