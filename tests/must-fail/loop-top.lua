-- WANT: ran 50 million instructions without waiting
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

while true do end
function run(client, server)
end
