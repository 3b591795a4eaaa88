-- WANT: link.distribution: there is no distribution 'parato'; did you mean 'pareto'?
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

link = { delay = "10ms", jitter = "2ms", distribution = "parato" }
function run(client, server)
end
