-- WANT: io is not available in a lab
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	io.open("/etc/passwd")
end
