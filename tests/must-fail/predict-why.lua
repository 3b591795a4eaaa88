-- WANT: a prediction has why = {
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "a", "b" }, answer = 1 }
end
