-- WANT: 'SYN-SEND' is no TCP state
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):state("SYN-SEND")
end
