-- WANT: link-loss.lua:7: link.loss has to be a number from 0 to 1
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { loss = "150%" }
function run(client, server)
end
