-- WANT: title contains a control character (U+009B
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = "Hello \u{9b}31mred"
function run(client, server)
end
