-- WANT: option 2 is empty
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "a", "" }, answer = 1, why = "so" }
end
