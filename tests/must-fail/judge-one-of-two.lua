-- WANT: FAIL judge-one-of-two: 1 of 2 expectations
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	expect(1, "one"):is(1)
	expect(1, "one"):is(2)
end
