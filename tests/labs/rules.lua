-- SPDX-License-Identifier: MIT
title = "Every kind of rule"
hosts = { "client", "server" }
link  = { delay = "10ms" }
limit = "60s"

function run(client, server)
  local listener = server:listen(80)

  step "The first SYN-ACK is dropped"
  local drop = net:drop { from = server, flags = "SA", nth = 1 }
  local conn = client:connect(server, 80, { port = 40001 })
  local peer = listener:accept { timeout = "5s" }
  expect(server):packet { flags = "SA", dir = "out", nth = 2 }
  expect(client):packet { flags = "SA", dir = "in", nth = 1 }
  expect(drop:acted(), "dropped"):is(1)

  step "Data is held back, and what was sent later overtakes it"
  local hold = net:hold { from = client, data = true, nth = 1 }
  conn:write("one")
  conn:set("TCP_NODELAY", true)
  conn:write("two")
  expect(server):packet { flags = "PA", len = 3, dir = "in" }:within("1s")
  expect(hold:held(), "held"):is(1)
  sleep("30ms")
  hold:release()
  expect(peer:read(6, { timeout = "1s" }), "what is read first"):is("onetwo")

  step "An ACK is delivered twice, the second 300 ms late"
  local twice = net:duplicate { from = server, flags = "A", after = "300ms", nth = 1 }
  conn:write("three")
  expect(peer:read(5, { timeout = "1s" }), "three"):is("three")
  expect(client):packet { flags = "A", dir = "in", len = 0 }:within("1s")
  sleep("400ms")
  expect(twice:acted(), "duplicated"):is(1)

  step "One segment is 100 ms slower than the link"
  net:delay { conn = conn, data = true, by = "100ms", count = 1 }
  mark()
  conn:write("four")
  expect(server):packet { flags = "PA", len = 4, dir = "in" }:at("110ms")
  peer:read(4, { timeout = "1s" })

  step "A made-up RST with the right number ends it"
  sleep("100ms")
  net:inject { to = client, conn = conn, flags = "R" }
  expect(client):packet { flags = "R", dir = "in" }:within("50ms")
  expect(conn):state("CLOSED"):within("50ms")
  local _, _, why = conn:read(1, { timeout = "1s" })
  expect(why):is("ECONNRESET")
  conn:close()
  peer:close()

  step "A cable is out for a while"
  local c2 = client:connect(server, 80, { port = 40002 })
  local p2 = listener:accept { timeout = "5s" }
  client.link:down()
  c2:write("hello")
  sleep("500ms")
  expect(server:packet { dir = "in", len = 5, port = 40002 } == nil):is(true)
  client.link:up()
  expect(p2:read(5, { timeout = "5s" })):is("hello")

  step "The server vanishes"
  server:vanish()
  c2:write("are you there?")
  sleep("2s")
  expect(server):count("ESTAB", 0)
  expect(c2):state("ESTAB")
end
