-- WANT: SO_ERROR can only be read
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:listen(80):set("SO_ERROR", 1)
end
