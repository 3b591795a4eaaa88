-- SPDX-License-Identifier: MIT
-- 200 connections and all their ends, for tests/test_oracle.sh to hold against the
-- kernel's own trace: both orders of closing, and both sides at the same time.
title = "200 connects and closes"
hosts = { "client", "server" }
local delay = param("delay", "10ms", { min = "1ms", max = "100ms" })
local port = param("port", 8080, { min = 1024, max = 65535 })
link = { delay = delay }
limit = "60s"

local ROUNDS, WORKERS = 20, 10

-- Everything but the end of all ends.
local moving = { "SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK" }

function run(client, server)
	local listener = server:listen(port)
	local workers, done = {}, 0

	-- What the client says first is who closes first: the client, the server, both at
	-- the same time, or both and the server's last word meets a closed socket.
	local function serve(peer)
		local who = peer:read(1, { timeout = "20s" })
		if who == "s" then
			peer:close()
		elseif who == "b" or who == "r" then
			if who == "r" then
				peer:write("!")
			end
			peer:close()
		else
			peer:read("a", { timeout = "20s" })
			peer:close()
		end
	end
	local acceptors = {}
	for i = 1, WORKERS do
		acceptors[i] = spawn(function()
			for _ = 1, ROUNDS do
				serve(listener:accept { timeout = "20s" })
			end
		end)
	end
	for i = 1, WORKERS do
		workers[i] = spawn(function()
			for round = 1, ROUNDS do
				local who = ({ "c", "s", "b", "r" })[(i + round) % 4 + 1]
				local conn = client:connect(server, port, { timeout = "20s" })
				conn:write(who)
				if who == "s" then
					conn:read("a", { timeout = "20s" })
				elseif who == "b" or who == "r" then
					sleep(delay)
				end
				conn:close()
				done = done + 1
			end
		end)
	end
	for i = 1, WORKERS do
		workers[i]:join()
		acceptors[i]:join()
	end
	expect(done, "connections"):is(ROUNDS * WORKERS)
	expect(client):count(moving, 0):within("20s")
	expect(server):count(moving, 0):within("20s")
	listener:close()
	expect(server):count("LISTEN", 0):within("1s")
end
