-- WANT: attempt to call a nil value (field 'dump')
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	string.dump(run)
end
