-- WANT: client's connection #1 is in ESTAB 1 ms after the mark
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	server:link { delay = "300ms" }
	mark()
	local conn <close> = client:connect(server, 80, { wait = false })
	expect(conn):state("ESTAB"):at("1ms")
end
