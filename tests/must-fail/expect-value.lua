-- WANT: :state() is for hosts and sockets, and this is a number
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(5):state("ESTAB")
end
