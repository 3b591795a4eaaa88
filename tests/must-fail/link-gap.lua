-- WANT: link.toward: gap: 5 without reorder
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { delay = "10ms", toward = { server = { gap = 5 } } }
function run(client, server)
end
