-- SPDX-License-Identifier: MIT
-- A flood beside an honest client, paced and as fast as it goes; every SYN is accounted for.
title = "A flood"
hosts = { "client", "server" }
link = { delay = "5ms" }
sysctl = { server = { ["net.ipv4.tcp_syncookies"] = 1 } }

function run(client, server)
  local listener = server:listen(80, { backlog = 16 })
  step "Paced"
  local flood = net:flood { to = server, port = 80, count = 500, rate = 1000 }
  local t0 = now()
  sleep "100ms"
  expect(flood.sent):between(95, 499)
  local conn = client:connect(server, 80, { timeout = "5s" })
  expect(conn):state("ESTAB")
  expect(flood:join()):is(500)
  expect(now() - t0, "500 at 1000 a second"):about("499ms")
  expect(server):count("SYN-RECV", { max = 17 })
  expect(server):counter("TcpExtSyncookiesSent", { min = 400 })

  step "As fast as it goes"
  local before = server:counter("TcpInSegs")
  local fast = net:flood { to = server, port = 80, count = 20000, from = "198.18.0.0/15" }
  expect(fast:join()):is(20000)
  expect(server:counter("TcpInSegs") - before, "segments"):between(20000, 20010)

  step "Stopped"
  local long = net:flood { to = server, port = 80, duration = "1h", rate = 10 }
  sleep "250ms"
  expect(long:stop()):between(3, 9)
  local short = net:flood { to = server, port = 81, duration = "100ms", rate = 100 }
  expect(short:join()):is(11)
end
