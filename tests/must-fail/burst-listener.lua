-- WANT: listener has to be a socket made by listen()
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  client:burst(server, 80, { count = 1, listener = client })
end
