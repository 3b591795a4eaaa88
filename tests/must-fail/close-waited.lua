-- WANT: close() of a socket for which another actor waits
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local listener = server:listen(80)
	spawn(function() listener:accept() end)
	sleep("5ms")
	listener:close()
end
