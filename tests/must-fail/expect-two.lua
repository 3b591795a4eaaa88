-- WANT: :state() after :state(): an expectation says one thing
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	expect(client):state("ESTAB"):state("LISTEN")
end
