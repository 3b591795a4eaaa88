-- WANT: 'lisener' is not defined
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local listener = server:listen(80)
	lisener:close()
end
