-- WANT: link-corrupt.lua:9: bad argument #1 to 'link' (link.corrupt has to be a number from 0 to 1
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { loss = 0 }
function run(client, server)
  server:link { corrupt = 1.5 }
end
