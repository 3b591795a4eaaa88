-- WANT: ran 50 million instructions without waiting
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	while true do
		pcall(function() while true do end end)
	end
end
