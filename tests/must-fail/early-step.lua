-- WANT: step() works only while run() plays
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

step "too early"
function run(client, server)
end
