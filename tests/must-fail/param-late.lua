-- WANT: param() belongs at the top of the file
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	param("n", 1)
end
