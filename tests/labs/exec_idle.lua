-- SPDX-License-Identifier: MIT
-- Python's own web server with the idle timeout that its documentation offers. In a lab kernel the
-- server, too, lives in virtual time: five minutes of patience are over at once.
title = { "A server that waits for five minutes", zh = "一个会等五分钟的服务器" }
hosts = { "client", "server" }
link = { delay = "5ms" }
local seconds = full and 300 or 2
length = full and "300s" or "3s"
full_length = "300s"
limit = full and "400s" or "40s"

-- StreamRequestHandler.timeout of socketserver; everything else is as it comes.
local program = [[
from http.server import HTTPServer, SimpleHTTPRequestHandler
SimpleHTTPRequestHandler.timeout = %d
HTTPServer(("", 80), SimpleHTTPRequestHandler).serve_forever()
]]

function run(client, server)
	step "The server starts"
	local web = assert(server:exec { "python3", "-c", program:format(seconds) })
	assert(web:listening(80, { timeout = "30s" }))

	step "A client connects, and says nothing"
	local conn = assert(client:connect(server, 80))
	expect(server):state("ESTAB"):within("1s")
	local t = now()
	expect(conn:read("a"), "what the server has to say"):is("")
	expect(now() - t, "its patience"):about(seconds .. "s")
	expect(client):state("CLOSE-WAIT")
	expect(server):state("FIN-WAIT-2"):within("1s")
end
