-- WANT: rate = 0 is not between 1 and 1000000
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ to = server, port = 80, count = 10, rate = 0 }
end
