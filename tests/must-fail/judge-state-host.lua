-- WANT: server has a socket in FIN-WAIT-2 within 50 ms
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	expect(server):state("FIN-WAIT-2"):within("50ms")
end
