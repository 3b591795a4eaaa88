-- WANT: a listener has nothing to read
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:listen(80):read(5)
end
