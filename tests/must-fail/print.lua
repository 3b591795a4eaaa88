-- WANT: print is not available in a lab: text is shown with
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	print("hello")
end
