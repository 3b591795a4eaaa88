-- SPDX-License-Identifier: MIT
title   = { "Keepalive", zh = "保活探测" }
summary = { "When TCP notices a peer that is gone, what a silent one does, and what is never noticed",
            zh = "TCP 何时发现对端已经消失，沉默的对端会怎样，什么永远发现不了" }
lesson  = "keepalive"
hosts   = { "client", "server" }

local keepalive = param("keepalive", true, {
  help = { "SO_KEEPALIVE on the connection that is watched", zh = "受监视的连接是否打开 SO_KEEPALIVE" },
})
local idle = param("idle", full and 7200 or 1, {
  min = 1, max = 32767,
  help = { "TCP_KEEPIDLE: seconds of silence before the first probe", zh = "TCP_KEEPIDLE：静默多少秒后发第一个探测" },
})
local interval = param("interval", full and 75 or 1, {
  min = 1, max = 32767,
  help = { "TCP_KEEPINTVL: seconds between unanswered probes", zh = "TCP_KEEPINTVL：没有应答时，两个探测隔多少秒" },
})
local probes = param("probes", full and 9 or 2, {
  min = 1, max = 20,
  help = { "TCP_KEEPCNT: probes without an answer", zh = "TCP_KEEPCNT：多少个探测没有应答" },
})
local vanish = param("vanish", true, {
  help = { "does the network really fail?", zh = "网络是否真的中断" },
})
local delay <const>  = 10 * 1000 * 1000
local second <const> = 1000 * 1000 * 1000
local dies <const>   = idle + probes * interval
local lingers        = full and 60 or 2

link        = { delay = delay }
-- two answered probes, a death, one probe of a half-closed connection, and the end of that
length      = (4 * idle + dies + lingers + 1) * second
full_length = (4 * 7200 + 7875 + 60 + 1) * second
limit       = 2 * length + 10 * second
sysctl      = { server = { ["net.ipv4.tcp_fin_timeout"] = lingers } }

counter_runs = {
  { name  = { "keepalive off, as it is by default: nothing is ever noticed",
              zh = "不打开保活（默认如此）：什么也发现不了" },
    param = { keepalive = false },
    fails = { 'the timer of the watched connection is "keepalive"', "probe 1", "probe 2", "the answers to the probes",
              "the RST to nobody", "the connection is given up", 'what the program reads is "ETIMEDOUT"',
              "probes sent", "connections that keepalive ended",
              'what the server reads from the watched one is "ECONNRESET"' } },
  { name  = { "the network does not fail: probes are answered for ever",
              zh = "网络没有中断：探测一直有应答" },
    param = { vanish = false },
    fails = { "the RST to nobody", "the connection is given up", 'what the program reads is "ETIMEDOUT"',
              "probes sent", "connections that keepalive ended",
              'what the server reads from the watched one is "ECONNRESET"' } },
}

local function timer(host, conn)
  for _, s in ipairs(host:sockets { port = conn.port }) do
    return s.timer or "none"
  end
  return "no socket"
end

-- The defaults are the host's; only what differs from them is set on the socket.
local function watch(conn)
  local want = { TCP_KEEPIDLE = idle, TCP_KEEPINTVL = interval, TCP_KEEPCNT = probes }
  for name, value in pairs(want) do
    if conn:get(name) ~= value then
      conn:set(name, value)
    end
  end
  conn:set("SO_KEEPALIVE", true)
end

function run(client, server)
  local listener = server:listen(80)
  step { "Two connections, and then silence. Keepalive is off unless a program asks for it: one " ..
         "does, the other does not.",
         zh = "两条连接，然后是沉默。程序不要求，就没有保活：一条要求了，另一条没有。" }
  local plain = client:connect(server, 80)
  local far_plain = listener:accept { timeout = "1s" }
  local watched = client:connect(server, 80)
  local far_watched = listener:accept { timeout = "1s" }
  expect(plain:get("SO_KEEPALIVE"), "SO_KEEPALIVE of a new socket"):is(false)
  value("default_idle", plain:get("TCP_KEEPIDLE"), "s")
  value("default_interval", plain:get("TCP_KEEPINTVL"), "s")
  value("default_probes", plain:get("TCP_KEEPCNT"))
  mark()
  if keepalive then
    watch(watched)
  end
  expect(timer(client, watched), "the timer of the watched connection"):is("keepalive")
  expect(timer(client, plain), "the timer of the other one"):is("none")
  expect(timer(server, watched), "the timer at the other end"):is("none")

  step { "The peer is silent but alive. A probe is an ACK for a number that was acknowledged long " ..
         "ago, so its kernel answers.",
         zh = "对端沉默，但还活着。探测是一个序号早已确认过的 ACK，所以对端的内核会回一个 ACK。" }
  -- the first ACK that left was the third of the handshake
  expect(watched):packet { flags = "A", dir = "out", nth = 2 }:at(idle * second):as("probe 1")
  expect(watched):packet { flags = "A", dir = "out", nth = 3 }:at(2 * idle * second):as("probe 2")
  expect(watched):packet { flags = "A", dir = "in", nth = 2 }:within("100ms"):as("the answers to the probes")
  expect(watched):state("ESTAB")
  expect(plain):state("ESTAB")

  step { "Now the network fails, both ways. Nobody is told. After the same silence comes a probe, " ..
         "and no answer, again and again.",
         zh = "现在网络两个方向都断了。没有人得到通知。同样的沉默之后发出探测，没有应答，一次又一次。" }
  if vanish then
    client:link { loss = 1 }
    server:link { loss = 1 }
  end
  local t0 = mark()
  expect(watched):packet { flags = "RA", dir = "out" }:at(dies * second):as("the RST to nobody")
  expect(watched):state("CLOSED"):at(dies * second):as("the connection is given up")
  value("died", string.format("%.2f", (now() - t0) / second), "s")
  local _, _, why = watched:read(1, { timeout = 0 })
  expect(why, "what the program reads"):is("ETIMEDOUT")
  expect(client):counter("TcpExtTCPKeepAlive", 2 + probes):as("probes sent")
  expect(client):counter("TcpExtTCPAbortOnTimeout", 1):as("connections that keepalive ended")

  step { "The network is back. The connection without keepalive never knew, and works. The other " ..
         "one is gone, which its peer learns by writing.",
         zh = "网络恢复了。没有保活的那条连接毫不知情，照常工作。另一条已经没了，对端要等到写数据时才知道。" }
  client:link { loss = 0 }
  server:link { loss = 0 }
  expect(server):count("ESTAB", 2)
  plain:write("hello")
  expect(far_plain:read(5, { timeout = "1s" }), "what the server reads from the other one"):is("hello")
  far_watched:write("hello")
  _, _, why = far_watched:read(1, { timeout = "1s" })
  expect(why, "what the server reads from the watched one"):is("ECONNRESET")

  step { "The server ends its half of the remaining connection; the client's program, which has " ..
         "keepalive on now, ignores that. CLOSE-WAIT: the peer answers probes.",
         zh = "服务器关掉剩下那条连接自己的一半；客户端程序此时已打开保活，却不理会。CLOSE-WAIT：探测照样有应答。" }
  watch(plain)
  far_plain:shutdown("write")
  expect(plain):state("CLOSE-WAIT"):within("100ms")
  expect(plain:read(1, { timeout = "1s" }), "what the program reads, and ignores"):is("")
  expect(timer(client, plain), "the timer in CLOSE-WAIT"):is("keepalive")
  expect(plain):state("CLOSE-WAIT"):hold(dies * second):as("longer than it takes to miss a dead peer")
  expect(server):state("FIN-WAIT-2")

  step { "The server's process closes. Its orphan stays in FIN-WAIT-2 for tcp_fin_timeout and " ..
         "still answers. After that a probe draws RST.",
         zh = "服务器进程关闭套接字。孤儿在 FIN-WAIT-2 再留 tcp_fin_timeout，仍会应答。之后的探测才引来 RST。" }
  t0 = mark()
  far_plain:close()
  expect(plain):state("CLOSE-WAIT")
  expect(server):count("FIN-WAIT-2", 0):at(lingers * second):as("FIN-WAIT-2 is over")
  expect(plain):packet { flags = "R", dir = "in" }:within((idle + 1) * second):as("a probe draws RST")
  expect(plain):state("CLOSED"):as("CLOSE-WAIT is over")
  value("cured", string.format("%.2f", (now() - t0) / second), "s")
  expect(plain:error(), "SO_ERROR of the socket that was in CLOSE-WAIT"):is("EPIPE")
end
