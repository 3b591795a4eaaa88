-- WANT: global 'host'; did you mean 'hosts'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
host = { "client", "server" }

function run(client, server)
end
