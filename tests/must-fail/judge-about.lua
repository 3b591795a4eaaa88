-- WANT: is about 1 s
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local before = now()
	sleep("20ms")
	expect(now() - before, "the nap"):about("1s")
end
