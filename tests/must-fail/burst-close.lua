-- WANT: close = 'both' is not "client", "server" or "none"
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  client:burst(server, 80, { count = 1, close = "both" })
end
