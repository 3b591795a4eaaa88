-- WANT: there is no parameter 'dleay'
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

counter_runs = { { name = "x", param = { dleay = "5ms" }, fails = { "y" } } }
function run(client, server)
end
