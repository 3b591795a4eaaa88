-- WANT: :hold(): what has happened cannot stop having happened
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):icmp("port unreachable"):hold("1ms")
end
