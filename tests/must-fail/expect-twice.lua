-- WANT: :within() twice
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):state("ESTAB"):within("5ms"):within("1ms")
end
