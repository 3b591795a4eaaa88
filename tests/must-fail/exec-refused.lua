-- WANT: this lab wants to start a program of your machine (--allow-exec lets it, if you trust the lab)
-- VERDICT: broken
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	server:exec { "true" }
end
