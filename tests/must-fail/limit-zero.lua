-- WANT: limit is 0
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

limit = "0"
function run(client, server)
end
