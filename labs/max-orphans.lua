-- SPDX-License-Identifier: MIT
title   = { "Too many orphans", zh = "孤儿套接字太多" }
summary = { "Above tcp_max_orphans the FIN goes out first, and an RST behind it",
            zh = "超过 tcp_max_orphans 时，FIN 照发，RST 紧随其后" }
lesson  = "max-orphans"
hosts   = { "client", "server" }
needs   = { "lab kernel" }

local max_orphans = param("max_orphans", 3, {
  min = 1, max = 1000,
  help = { "net.ipv4.tcp_max_orphans of the whole kernel", zh = "整个内核的 net.ipv4.tcp_max_orphans" },
})
local orphans = param("orphans", 4, {
  min = 2, max = 50,
  help = { "connections that are closed at once", zh = "同时关闭的连接数" },
})
local delay = param("delay", "12ms", {
  min = "1ms", max = "50ms",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local knob <const> = "net.ipv4.tcp_max_orphans"

link        = { delay = delay }
length      = "2min"
full_length = "2min"
limit       = "5min"

counter_runs = {
  { name  = { "a limit that is not reached: nobody is reset", zh = "没有到上限：谁也不会被重置" },
    param = { max_orphans = 1000 },
    fails = { "an RST right behind the FIN", "the newest orphan is gone", "aborted so far",
              "an RST for an older orphan", "orphans left" } },
}

function run(client, server)
  step { "Connections are opened. Then the server cannot be reached any more, and the limit for " ..
         "orphans is set: a knob of the whole kernel.",
         zh = "先建立一些连接。然后服务器再也到不了，并设好孤儿的上限：这是整个内核的旋钮。" }
  local listener = server:listen(80)
  local conns, peers = {}, {}
  for i = 1, orphans + 2 do
    conns[i] = client:connect(server, 80, { port = 40000 + i })
    peers[i] = listener:accept { timeout = "1s" }
  end
  local usual = kernel_sysctl(knob)
  value("usual", usual)
  kernel_sysctl(knob, max_orphans)
  server:link { loss = 1 }

  step { "The program closes some of them at once. Each sends its FIN, which nobody acknowledges: " ..
         "sockets without a process.",
         zh = "程序同时关闭其中几条。每条都发出 FIN，但没有人确认：成了没有进程的套接字。" }
  for i = 1, orphans do
    conns[i]:close()
  end
  expect(client):packet { flags = "FA", dir = "out", nth = orphans }:within("10ms"):as("every one of them sends a FIN")
  expect(client):count("FIN-WAIT-1", orphans)
  local all, owned = client:sockets { state = "FIN-WAIT-1" }, 0
  value("at_once", #all)
  for _, s in ipairs(all) do
    owned = owned + (s.owner and 1 or 0)
  end
  expect(owned, "how many of them a process owns"):is(0)
  expect(client):counter("TcpExtTCPAbortOnMemory", 0)

  step { "They are too many already, but the kernel counts orphans only ten times a second. When " ..
         "the FINs are sent again it knows.",
         zh = "其实已经太多了，但内核每秒只数十次孤儿。到 FIN 重发时，它就知道了。" }
  expect(client):packet { flags = "FA", dir = "out", rtx = true }:within("400ms"):as("a FIN is sent again")
  sleep("100ms")

  step { "One more is closed. The limit does not spare it the FIN: that goes out first, and an " ..
         "RST right behind it.",
         zh = "再关一条。上限并不省掉 FIN：FIN 先发出去，RST 紧随其后。" }
  local port = conns[orphans + 1].port
  mark()
  conns[orphans + 1]:close()
  expect(client):packet { flags = "FA", dir = "out", port = port }:at(0):as("the newest sends a FIN too")
  expect(client):packet { flags = "RA", dir = "out", port = port }:at(0):as("an RST right behind the FIN")
  expect(client):state("CLOSED", { port = port }):as("the newest orphan is gone")
  expect(client):counter("TcpExtTCPAbortOnMemory", 1):as("aborted so far")
  local fin = client:packet { flags = "FA", dir = "out", port = port }
  local rst = client:packet { flags = "RA", dir = "out", port = port }
  value("fin_seq", fin.seq)
  if rst then
    value("rst_seq", rst.seq)
  end

  step { "The older ones are not safe either: they are counted again when their retransmission timer fires.",
         zh = "更早的孤儿也不安全：重传定时器到期时，还要再数一遍。" }
  expect(client):packet { flags = "RA", dir = "out", nth = 2 }:within("1s"):as("an RST for an older orphan")
  sleep("1s")
  expect(client):count("FIN-WAIT-1", { max = max_orphans < orphans and max_orphans or orphans - 1 }):as("orphans left")
  value("aborted", client:counter("TcpExtTCPAbortOnMemory"))
  value("left", #client:sockets { state = "FIN-WAIT-1" })

  step { "With the limit back where it was, the last one: FIN after FIN, then silence. No RST, " ..
         "and nobody left to be told.",
         zh = "上限恢复原样，关最后一条：FIN 一遍遍重发，然后归于沉寂。没有 RST，也没有人可通知。" }
  kernel_sysctl(knob, usual)
  sleep("200ms")
  port = conns[orphans + 2].port
  local alone = client:sockets { port = port }[1]
  value("rto", string.format("%.0f", alone.rto_us / 1000), "ms")
  local t0 = mark()
  conns[orphans + 2]:close()
  expect(client):state("FIN-WAIT-1", { port = port }):hold("60s"):as("an orphan below the limit")
  -- tcp_orphan_retries = 0 counts as 8: nine time-outs that double, after one loss probe of the same length
  expect(client):state("CLOSED", { port = port }):at(alone.rto_us * 1000 * 512):as("its FIN was sent for the last time")
  value("lived", string.format("%.1f", (now() - t0) / 1e9), "s")
  expect(client:packet { flags = "RA", dir = "out", port = port } == nil, "it went without an RST"):is(true)
end
