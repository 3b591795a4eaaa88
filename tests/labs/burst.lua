-- SPDX-License-Identifier: MIT
-- Bursts: both closing sides, what stops them, and that nothing is lost in the counting.
title = "Bursts"
hosts = { "client", "server" }
link = { delay = "1ms" }
sysctl = { client = { ["net.ipv4.ip_local_port_range"] = "40000 40499", ["net.ipv4.tcp_tw_reuse"] = 0 } }

function run(client, server)
  local listener = server:listen(80)

  step "The client closes"
  local done, message, errno = client:burst(server, 80, { listener = listener, count = 300, first = 40000 })
  expect(done):is(300)
  expect(errno, "errno"):is(nil)
  expect(client):count("TIME-WAIT", 300):within("5s")
  expect(server):counter("TcpPassiveOpens", 300)

  step "A port that is in use"
  done, message, errno = client:burst(server, 80, { listener = listener, count = 10, first = 39995 })
  expect(done, "before the first port in TIME-WAIT"):is(5)
  expect(errno, "bind to it"):is("EADDRINUSE")

  step "The rest of the range"
  done, message, errno = client:burst(server, 80, { listener = listener, count = 1000 })
  expect(done, "ports that are left"):is(200)
  expect(errno, "one more"):is("EADDRNOTAVAIL")
  expect(message):is("connect: Cannot assign requested address")
  local conn, m, e = client:connect(server, 80)
  expect(e, "connect"):is("EADDRNOTAVAIL")

  step "The server closes"
  local other = server:listen(81, { backlog = 5 })
  expect(client:burst(server, 81, { listener = other, count = 100, close = "server", first = 50000 })):is(100)
  expect(server):count("TIME-WAIT", 100):within("5s")

  step "Nobody closes"
  expect(client:burst(server, 81, { listener = other, count = 50, close = "none", first = 51000 })):is(50)
  expect(server):count("ESTAB", 50)
  expect(client):count("ESTAB", 50)
  expect(client:burst(server, 82, { count = 3, first = 52000 }), "nobody listens"):is(0)
end
