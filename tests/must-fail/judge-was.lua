-- WANT: none ever in TIME-WAIT
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local listener <close> = server:listen(80)
	local conn <close> = client:connect(server, 80)
	expect(client):was("TIME-WAIT")
end
