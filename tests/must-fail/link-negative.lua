-- WANT: link-negative.lua:7: link.delay: '-5ms' is out of range
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { delay = "-5ms" }
function run(client, server)
end
