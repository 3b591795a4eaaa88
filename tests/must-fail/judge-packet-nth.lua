-- WANT: client sends SYN (no. 2) within 50 ms
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	expect(client):packet { flags = "S", dir = "out", nth = 2 }:within("50ms")
end
