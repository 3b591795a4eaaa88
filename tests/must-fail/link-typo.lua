-- WANT: no option 'dealy' here; did you mean 'delay'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { dealy = "5ms" }
function run(client, server)
end
