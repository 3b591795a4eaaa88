-- WANT: 5 s of processor time inside one call
-- VERDICT: broken
-- BY: watchdog
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local s = string.rep("a", 40000)
	string.find(s, string.rep(".-", 12) .. "b")
end
