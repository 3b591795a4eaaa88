-- WANT: wanted more than 32 MB of memory
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local function f() return 1 + f() end
	f()
end
