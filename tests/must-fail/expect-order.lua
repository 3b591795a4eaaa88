-- WANT: :within() before saying what is expected
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):within("5ms"):state("ESTAB")
end
