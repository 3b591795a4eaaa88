-- WANT: did you mean 'host unreachable'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):icmp("host unreachble")
end
