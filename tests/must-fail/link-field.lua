-- WANT: a link has no 'dwn'; did you mean 'down'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client.link:dwn()
end
