-- WANT: expected  server's TcpPassiveOpens changes by 2
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	local peer <close> = listener:accept()
	expect(server):counter("TcpPassiveOpens", 2)
end
