-- WANT: link.delay
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { delay = "5 parsec" }
function run(client, server)
end
