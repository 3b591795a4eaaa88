-- WANT: boom ?[31m
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	error("boom \27[31m", 0)
end
