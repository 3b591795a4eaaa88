-- WANT: ms too early (tolerance
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	mark()
	local conn <close> = client:connect(server, 80, { wait = false })
	expect(conn):state("ESTAB"):at("500ms")
end
