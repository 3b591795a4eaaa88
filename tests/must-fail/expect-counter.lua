-- WANT: no counter 'ListenDrop'
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):counter("ListenDrop", 1)
end
