-- WANT: __gc is not available in a lab
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	setmetatable({}, { __gc = function() while true do end end })
end
