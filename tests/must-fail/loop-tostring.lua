-- WANT: ran 50 million instructions without waiting
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	error(tostring(setmetatable({}, { __tostring = function() while true do end end })))
end
