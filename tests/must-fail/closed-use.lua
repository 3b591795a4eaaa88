-- WANT: write() on a socket that is closed
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local listener = server:listen(80)
	listener:close()
	listener.write(listener, "x")
end
