-- SPDX-License-Identifier: MIT
-- Goes on for seconds, also on a lab kernel, and says so all the time.
hosts = { "client" }
limit = "100h"

function run()
	for i = 1, 9000 do
		sleep("10s")
		note("still here " .. i)
	end
end
