-- WANT: the name of a value is of a-z
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	value("MSS !", 5)
end
