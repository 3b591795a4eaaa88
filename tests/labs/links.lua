-- SPDX-License-Identifier: MIT
-- Many frames through each impairment; tests/links.py judges what arrived.
title = "Links"
hosts = { "client", "server" }
limit = "5min"

-- The wire's engine turns once for each frame that is due by itself, which in a lab kernel takes long.
local frames = param("frames", 100000)
local timed = param("timed", 100000)

local cases = {
	{ "many", frames, "20ms", { delay = "20ms", loss = "2%", duplicate = "2%", reorder = "5%" } },
	{ "burst", frames, "20ms", { burst = { p = "1%", r = "25%" }, duplicate = 0, reorder = 0 } },
	{ "corrupt", frames, "20ms", { burst = false, corrupt = "3%" } },
	{ "uniform", timed, "20ms", { corrupt = 0, jitter = "5ms" } },
	{ "normal", timed, "50ms", { delay = "50ms", jitter = "10ms", distribution = "normal" } },
	{ "pareto", timed, "50ms", { jitter = "4ms", distribution = "pareto" } },
	{ "gap", math.min(frames, 20000), "20ms", { delay = "20ms", jitter = 0, reorder = 1, gap = 5 } },
	{ "rate", 4000, "20ms", { reorder = 0, rate = "50mbit" } },
	{ "limit", 20000, "100ms", { delay = "100ms", rate = 0, limit = 1000 } },
}

function run(client, server)
	for _, case in ipairs(cases) do
		local name, count, delay, link = table.unpack(case)

		step(name)
		server:link(link)
		local us = tostring(delay:gsub("ms", "000"))
		local to = assert(server:exec { "PROGRAM", "receive", tostring(count), us })
		sleep("100ms")
		local from = assert(client:exec { "PROGRAM", "send", server.addr, tostring(count) })
		expect(from:wait()):is(0)
		expect(to:wait()):is(0)
	end
end
