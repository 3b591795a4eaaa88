-- WANT: it waits in an expectation, which a process does not have
-- VERDICT: broken
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  local watcher = spawn(function()
    expect(server):state("ESTAB"):within("1s")
  end)
  sleep "1ms"
  server:crash(watcher)
end
