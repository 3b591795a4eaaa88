-- WANT: expect() without saying what
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client)
	sleep("1ms")
end
