-- WANT: this expectation was judged already
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local e = expect(client)
	e:state("LISTEN")
	sleep("1ms")
	e:within("5ms")
end
