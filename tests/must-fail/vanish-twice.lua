-- WANT: has vanished: nothing can be done there any more
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:vanish()
	server:listen(80)
end
