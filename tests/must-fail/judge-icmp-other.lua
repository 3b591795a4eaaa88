-- WANT: client (port 81) sends or receives any ICMP error within 50 ms
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client)
	local conn <close> = client:connect("203.0.113.1", 80, { wait = false })
	expect(client):icmp(nil, { port = 81 }):within("50ms")
end
