-- WANT: title is not UTF-8 (byte 255 at position 4)
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = "abc\xff"
function run(client, server)
end
