-- WANT: syntax error near 'listener'
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local listener = server:listen(80)
	let listener = 5
end
