-- WANT: wanted more than 32 MB of memory
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	while true do
		pcall(string.rep, "x", 1 << 28)
	end
end
