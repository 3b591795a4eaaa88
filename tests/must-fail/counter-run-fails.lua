-- WANT: fails lists the 1 to 32
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

counter_runs = { { name = "x", set = { ["server.net.ipv4.tcp_sack"] = 0 } } }
function run(client, server)
end
