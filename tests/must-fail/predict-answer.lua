-- WANT: answer = 3 is not between 1 and 2
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "a", "b" }, answer = 3, why = "so" }
end
