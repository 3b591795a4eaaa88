-- WANT: hosts has 9 names; a lab has 1 to 8
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "a", "b", "c", "d", "e", "f", "g", "h", "i" }

function run(client, server)
end
