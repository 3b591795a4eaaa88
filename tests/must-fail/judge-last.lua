-- WANT: SYN-SENT -> ESTAB
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	expect(conn):state("CLOSE-WAIT"):within("50ms")
end
