-- WANT: letters of S, F, R, P, A, U, E, C expected
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:drop { flags = "SYN" }
end
