-- WANT: accept() needs a socket made by listen()
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local listener = server:listen(80)
	local conn = client:connect(server, 80)
	conn:accept()
end
