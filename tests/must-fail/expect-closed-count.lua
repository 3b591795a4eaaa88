-- WANT: closed sockets cannot be counted
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):count("CLOSED", 1)
end
