-- WANT: two hosts are called 'client'
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "client" }

function run(client, server)
end
