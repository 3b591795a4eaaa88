-- WANT: options has 10 entries; 2 to 9 are wanted
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
  predict { "Which?", options = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" }, answer = 1, why = "so" }
end
