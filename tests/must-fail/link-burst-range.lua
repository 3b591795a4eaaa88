-- WANT: link-burst-range.lua:7: link.burst.r has to be a number from 0 to 1
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { burst = { p = "1%", r = 25 } }
function run(client, server)
end
