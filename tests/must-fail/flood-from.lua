-- WANT: the range for benchmarks
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ to = server, port = 80, count = 10, from = "10.0.0.0/8" }
end
