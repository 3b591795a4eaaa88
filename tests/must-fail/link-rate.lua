-- WANT: link-rate.lua:7: link.rate: '10mbps' is no rate
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { rate = "10mbps" }
function run(client, server)
end
