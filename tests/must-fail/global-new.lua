-- WANT: 'conn' is a new global inside of run()
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	conn = client:connect(server, 80)
end
