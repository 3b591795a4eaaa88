-- WANT: min and max have to be of the default
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

n = param("n", 5, { min = "1ms" })
function run(client, server)
end
