-- WANT: flood whom? Write to = HOST
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ port = 80, count = 10 }
end
