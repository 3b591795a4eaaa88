-- WANT: no option 'flag' here; did you mean 'flags'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):packet { flag = "S" }
end
