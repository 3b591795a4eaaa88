-- WANT: an actor cannot crash itself
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  local me
  me = spawn(function()
    sleep "1ms"
    client:crash(me)
  end)
  me:join()
end
