-- WANT: parameter delay = 2s is out of range: 1ms to 1s
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

delay = param("delay", "2s", { min = "1ms", max = "1s" })
function run(client, server)
end
