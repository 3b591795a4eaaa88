-- WANT: net.ipv4.tcp_max_orphans belongs to the whole machine
-- VERDICT: broken
-- BY: engine
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run()
	kernel_sysctl("net.ipv4.tcp_max_orphans", 8)
end
