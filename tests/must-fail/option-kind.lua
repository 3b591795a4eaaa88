-- WANT: TCP_KEEPIDLE takes an integer
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:listen(80):set("TCP_KEEPIDLE", "soon")
end
