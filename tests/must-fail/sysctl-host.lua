-- WANT: names no host of this lab
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

sysctl = { sever = { ["net.ipv4.tcp_sack"] = 0 } }
function run(client, server)
end
