-- WANT: 4098 open sockets more, and 0 there are: the limit is 4096
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  client:burst(server, 80, { count = 2049, close = "none" })
end
