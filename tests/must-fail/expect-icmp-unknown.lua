-- WANT: 'echo reply' is no ICMP error about TCP; there are
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):icmp("echo reply")
end
