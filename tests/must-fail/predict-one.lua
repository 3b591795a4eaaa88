-- WANT: options has 1 entries; 2 to 9 are wanted
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "a" }, answer = 1, why = "so" }
end
