-- WANT: 'Server One' cannot be the name of a host
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "Server One" }

function run(client, server)
end
