-- WANT: there is no host 'sever'; did you mean 'server'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { toward = { sever = { delay = "5ms" } } }
function run(client, server)
end
