-- WANT: release() of a rule that was released before
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	local r = net:hold { flags = "S" }
	r:release()
	r:release()
end
