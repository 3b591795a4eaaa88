-- WANT: title contains a control character (byte 27 at position 7)
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = "Hello \27[31mred"
function run(client, server)
end
