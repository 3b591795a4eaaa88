-- WANT: 'stp' is not defined; did you mean 'step'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	stp "x"
end
