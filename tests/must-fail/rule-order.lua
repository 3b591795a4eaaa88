-- WANT: order is "reverse" or not said
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:hold { flags = "S" }:release { order = "backwards" }
end
