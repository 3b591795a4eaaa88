-- WANT: for 300 ms
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	spawn(function()
		sleep("50ms")
		conn:close()
	end)
	expect(conn):state("ESTAB"):hold("300ms")
end
