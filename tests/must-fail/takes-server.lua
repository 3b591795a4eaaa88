-- WANT: takes_server is true or false, not a string
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

takes_server = "yes"
function run(client, server)
end
