-- WANT: a host has no 'conect'; did you mean 'connect'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	client:conect(server, 80)
end
