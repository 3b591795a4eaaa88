-- WANT: wanted more than 32 MB of memory
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local s = string.rep("x", 1 << 30)
end
