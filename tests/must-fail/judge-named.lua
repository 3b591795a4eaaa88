-- WANT: the handshake is over
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "500ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80, { wait = false })
	expect(conn):state("ESTAB"):as("the handshake is over")
end
