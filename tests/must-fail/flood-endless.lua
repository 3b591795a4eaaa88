-- WANT: how much of it? Write count = 1000
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ to = server, port = 80 }
end
