-- WANT: link-burst.lua:7: link.burst needs both p, from good to bad, and r, back
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { burst = { p = "1%" } }
function run(client, server)
end
