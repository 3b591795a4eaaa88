-- WANT: 5 what? A plain integer is nanoseconds
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	sleep(5)
end
