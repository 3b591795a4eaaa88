-- WANT: link-rate-zero.lua:7: link: rate: 7 bit/s is outside 8 to 32000000000
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { rate = 7 }
function run(client, server)
end
