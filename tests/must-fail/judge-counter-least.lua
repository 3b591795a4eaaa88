-- WANT: server's TcpExtListenDrops changes by at least 1
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	expect(server):counter("TcpExtListenDrops", { min = 1 })
end
