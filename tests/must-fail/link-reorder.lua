-- WANT: link-reorder.lua:10: bad argument #1 to 'link' (link: reorder: 0.5 without a delay
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { loss = 0 }
function run(client, server)
  local nothing = 0
  server:link { reorder = "50%" }
end
