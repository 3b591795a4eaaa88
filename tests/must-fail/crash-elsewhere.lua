-- WANT: it has sockets on other hosts, and a process lives on one
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  local both = spawn(function()
    server:listen(80)
    client:listen(81)
    sleep "1s"
  end)
  sleep "1ms"
  server:crash(both)
end
