-- WANT: link-limit.lua:9: bad argument #1 to 'link' (link: limit: -3 is outside 0 to 65536
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { loss = 0 }
function run(client, server)
  server:link { limit = -3 }
end
