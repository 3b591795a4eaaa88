-- WANT: an actor cannot wait for itself
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local a
	a = spawn(function() a:join() end)
	a:join()
end
