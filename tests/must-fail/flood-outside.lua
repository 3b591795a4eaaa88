-- WANT: is no host of this lab, and nothing else can be flooded
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  net:flood{ to = "8.8.8.8", port = 80, count = 10 }
end
