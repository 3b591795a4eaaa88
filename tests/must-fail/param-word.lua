-- WANT: the default is a number, true or false
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

n = param("n", "many")
function run(client, server)
end
