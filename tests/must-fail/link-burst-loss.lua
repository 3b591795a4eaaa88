-- WANT: link-burst-loss.lua:7: link: loss: 0.1 together with burst
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { loss = 0.1, burst = { p = "1%", r = "25%" } }
function run(client, server)
end
