-- WANT: family is 4 or 6
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client:connect(server, 80, { family = 5 })
end
