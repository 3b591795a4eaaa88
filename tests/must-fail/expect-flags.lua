-- WANT: letters of S, F, R, P, A, U, E, C
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):packet { flags = "SYN!" }
end
