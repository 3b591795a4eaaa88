-- WANT: link-jitter.lua:7: link: jitter: 20 ms is more than the delay of 10 ms
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { delay = "10ms", jitter = "20ms" }
function run(client, server)
end
