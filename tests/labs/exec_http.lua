-- SPDX-License-Identifier: MIT
-- An unmodified program of the machine serves; the lab is its client and watches both.
title = { "A web server that knows nothing of labs", zh = "一个对实验一无所知的网页服务器" }
hosts = { "client", "server" }
link = { delay = "5ms" }
limit = "40s"

function run(client, server)
	step "A web server starts on the server"
	local web = assert(server:exec {
		"python3", "-m", "http.server", "80",
		env = { PYTHONUNBUFFERED = "1" },
	})
	assert(web:listening(80, { timeout = "30s" }))
	expect(server):state("LISTEN", { port = 80 })

	step "The client fetches a page"
	local conn = assert(client:connect(server, 80))
	conn:write("GET /exec_http.lua HTTP/1.0\r\nHost: server\r\n\r\n")
	local page = conn:read("a", { timeout = "20s" })
	expect(page:match("^HTTP/1%.0 (%d+)"), "the status"):is("200")
	expect(page:find("knows nothing of labs", 1, true) ~= nil, "the page has come"):is(true)
	conn:close()
	-- HTTP/1.0: who serves closes first, and waits.
	expect(server):was("FIN-WAIT-1")
	expect(client):was("CLOSE-WAIT")
	expect(server):state("TIME-WAIT"):within("1s")

	step "The server is told to stop"
	expect(web:kill("INT"), "kill()"):is(true)
	expect(web:wait { timeout = "20s" }, "its exit status"):is(0)
	expect(server):state("CLOSED", { port = 8080 })
end
