-- WANT: ran 50 million instructions without waiting
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local forever = setmetatable({}, { __close = function() while true do end end })
	local guard <close> = forever
	while true do end
end
