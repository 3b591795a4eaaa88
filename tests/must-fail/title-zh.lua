-- WANT: title (zh) contains a control character
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = { "Fine", zh = "三\7" }
function run(client, server)
end
