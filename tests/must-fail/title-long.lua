-- WANT: title is 201 bytes long; at most 200 are allowed
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = string.rep("x", 201)
function run(client, server)
end
