-- WANT: conn has no end on the host that `to` names
-- VERDICT: broken
-- SPDX-License-Identifier: MIT
hosts = { "client", "server", "other" }

function run(client, server, other)
	local l = server:listen(80)
	local conn = client:connect(server, 80)
	net:inject { to = other, conn = conn, flags = "R" }
end
