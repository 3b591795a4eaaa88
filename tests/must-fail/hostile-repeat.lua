-- WANT: 5 s of processor time inside one call
-- VERDICT: broken
-- BY: watchdog
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	string.rep("", math.maxinteger)
end
