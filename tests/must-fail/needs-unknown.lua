-- WANT: needs: 'coffee' is not
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

needs = { "coffee" }
function run(client, server)
end
