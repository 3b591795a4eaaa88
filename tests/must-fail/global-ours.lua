-- WANT: 'step' is a name that tcplab itself uses
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

step = 5
function run(client, server)
end
