-- WANT: count = 1000001 is not between 1 and 1000000
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ to = server, port = 80, count = 1000001 }
end
