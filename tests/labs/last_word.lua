-- SPDX-License-Identifier: MIT
-- Who has the last word on a sysctl: the lab, or --set and a counter-run.
hosts = { "client", "server" }
local knob <const> = "net.ipv4.tcp_syncookies"
sysctl = { server = { [knob] = 0 } }
counter_runs = {
	{ name = "another value", set = { ["server." .. knob] = 1 }, fails = { "at first", "then" } },
}

function run(client, server)
	expect(server:sysctl(knob), "it"):is(0):as("at first")
	expect(select("#", server:sysctl(knob, 2)), "results"):is(0):as("setting it gives nothing")
	step "Set"
	expect(server:sysctl(knob), "it"):is(2):as("then")
	server:sysctl("net/ipv4/tcp_syncookies", 1)
	expect(server:sysctl(knob), "it"):is(1):as("by its other name")
	local listener = server:listen(80)
	client:connect(server, 80)
	client:sysctl(knob, 2)
	expect(client:sysctl(knob), "it"):is(2):as("of the other host")
end
