-- WANT: a prediction begins with its question
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { options = { "a", "b" }, answer = 1, why = "so" }
end
