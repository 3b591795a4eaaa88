-- WANT: the hosts of the lab live there
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ to = server, port = 80, count = 10, from = "198.18.1.0/24" }
end
