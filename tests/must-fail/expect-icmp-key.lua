-- WANT: no option 'dirr' here; did you mean 'dir'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):icmp("port unreachable", { dirr = "in" })
end
