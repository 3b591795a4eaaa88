-- WANT: title: write { "English", zh =
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = { "Fine", de = "Gut" }
function run(client, server)
end
