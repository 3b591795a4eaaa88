-- WANT: :within() and :at() cannot both be said
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):state("ESTAB"):at("5ms"):within("1ms")
end
