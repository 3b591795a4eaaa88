-- SPDX-License-Identifier: MIT
-- For `make bench`: how long it takes to use up all ports, with bind() before connect() and without.
title = "All ports"
hosts = { "client", "other", "server" }
limit = "120s"
sysctl = { client = { ["net.ipv4.tcp_tw_reuse"] = 0 }, other = { ["net.ipv4.tcp_tw_reuse"] = 0 } }

local ports = param("ports", 28232, { min = 1, max = 28232 })
local patience = param("patience", "10s", { help = "for the naive loop" })

function run(client, other, server)
  local listener = server:listen(80)

  step "Bound to one port after the other"
  local t0 = now()
  local done = client:burst(server, 80, { listener = listener, count = ports, first = 32768 })
  value("bound_us", (now() - t0) // 1000, "us")
  expect(done):is(ports)
  if ports == 28232 then
    local conn, message, errno = client:connect(server, 80)
    expect(errno, "connect"):is("EADDRNOTAVAIL")
  end

  step "The kernel chooses"
  t0 = now()
  local chosen = 0
  while chosen < ports and now() - t0 < patience do
    local n, message, errno = other:burst(server, 80, { listener = listener, count = math.min(500, ports - chosen) })
    chosen = chosen + n
    if errno then
      break
    end
  end
  value("naive_us", (now() - t0) // 1000, "us")
  value("naive_ports", chosen)
end
