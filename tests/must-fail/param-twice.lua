-- WANT: there is a parameter of that name already
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

n = param("n", 1)
m = param("n", 1)
function run(client, server)
end
