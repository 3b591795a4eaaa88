-- WANT: expected  the window is 1 to 10
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	expect(64240, "the window"):between(1, 10)
end
