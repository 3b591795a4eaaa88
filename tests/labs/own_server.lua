-- SPDX-License-Identifier: MIT
-- A server of the learner's: does it close what its clients are done with?
title = "Your server"
hosts = { "client", "server" }
link = { delay = "1ms" }
limit = "60s"
takes_server = true

function run(client, server)
  if not own_server then
    note "no server was given"
    expect(own_server):is(false)
    return
  end
  local program = server:exec(own_server)
  local port = program:listening()
  for _ = 1, 3 do
    local conn = client:connect(server, port, { timeout = "5s" })
    conn:write("hello\n")
    conn:read()
    conn:close()
  end
  expect(server):count("CLOSE-WAIT", 0):within("5s"):as("it closes")
end
