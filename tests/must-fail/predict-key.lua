-- WANT: no 'awnser' in a prediction; did you mean 'answer'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "a", "b" }, awnser = 1, why = "so" }
end
