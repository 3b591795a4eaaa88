-- WANT: expected  client has 2 sockets in ESTAB
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	expect(client):count("ESTAB", 2)
end
