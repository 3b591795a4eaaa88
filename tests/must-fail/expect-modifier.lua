-- WANT: a plain value is what it is
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(5):is(5):within("5ms")
end
