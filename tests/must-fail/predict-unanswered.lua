-- WANT: which option is right? Write answer = 1
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "a", "b" }, why = "so" }
end
