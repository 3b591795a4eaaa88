-- WANT: expected  connect() is "ETIMEDOUT"
-- VERDICT: fail
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }
link = { delay = "10ms" }

function run(client, server)
	local conn, message, errno = client:connect(server, 80)
	expect(errno, "connect()"):is("ETIMEDOUT")
end
