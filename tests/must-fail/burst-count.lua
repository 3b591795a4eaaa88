-- WANT: how many? Write count = 1000
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  client:burst(server, 80, { close = "client" })
end
