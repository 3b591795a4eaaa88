-- WANT: by how much?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	net:delay { flags = "S" }
end
