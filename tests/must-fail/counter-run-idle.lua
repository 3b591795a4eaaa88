-- WANT: changes nothing
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

counter_runs = { { name = "x", fails = { "y" } } }
function run(client, server)
end
