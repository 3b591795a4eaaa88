-- WANT: :is() is for plain values, and this is a host
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):is(5)
end
