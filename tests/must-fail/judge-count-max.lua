-- WANT: server has 0 sockets in ESTAB
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80, { wait = false })
	local peer <close> = listener:accept()
	expect(server):count("ESTAB", { max = 0 })
end
