-- SPDX-License-Identifier: MIT
title   = { "Three-way handshake", zh = "三次握手" }
summary = { "SYN, SYN-ACK, ACK: what each side is in, and when; and three ways to fail",
            zh = "SYN、SYN-ACK、ACK：两端各处于什么状态，何时改变；以及三种失败" }
lesson  = "handshake"
hosts   = { "client", "server" }

local delay = param("delay", "25ms", {
  min = "1ms", max = "2s",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local second <const> = 1000 * 1000 * 1000
link        = { delay = delay }
length      = full and "5s" or "1s"
full_length = "5s"

local nobody <const>, no_way <const> = "192.0.2.1", "203.0.113.1"

counter_runs = {
  {
    name  = { "always SYN cookies: the server keeps no request", zh = "总用 SYN cookie：服务器不保存请求" },
    set   = { ["server.net.ipv4.tcp_syncookies"] = 2 },
    fails = { "request socket on the server", "owner of the request" },
  },
  {
    name  = { "a server without options: what one side lacks, both go without",
              zh = "服务器不支持选项：一方没有，双方都不用" },
    set   = { ["server.net.ipv4.tcp_window_scaling"] = 0, ["server.net.ipv4.tcp_sack"] = 0,
              ["server.net.ipv4.tcp_timestamps"] = 0 },
    fails = { "the server's windows are scaled", "SACK is on", "timestamps are on", "data in a full segment" },
  },
}

local function only(host, state)
  return host:sockets({ state = state })[1] or {}
end

function run(client, server)
  local listener = server:listen(80, { backlog = 5 })

  step { "The client sends a SYN. The server answers it, and remembers a request: SYN-RECV, which no process owns.",
         zh = "客户端发出 SYN。服务器应答，并记下一个请求：SYN-RECV，不属于任何进程。" }
  mark()
  local conn = client:connect(server, 80, { wait = false })
  expect(conn):state("SYN-SENT"):within("10ms")
  expect(server):state("SYN-RECV"):at(delay):as("request socket on the server")
  local owner = only(server, "SYN-RECV").owner == false and "nobody" or "no such socket"
  expect(owner, "who has the request"):is("nobody"):as("owner of the request")

  predict {
    "The SYN-ACK is on its way back. Which side is in ESTAB first?",
    zh = "SYN-ACK 正在回来的路上。哪一边先进入 ESTAB？",
    options = { { "the server", zh = "服务器" }, { "the client", zh = "客户端" },
                { "both at the same moment", zh = "两边同时" } },
    answer = 2,
    why = { "With the SYN-ACK the client knows that both directions work; the server learns it with the ACK.",
            zh = "收到 SYN-ACK，客户端就知道两个方向都通。服务器要等到 ACK 才知道。" },
  }
  step { "The SYN-ACK is back after one round trip: connect() has succeeded. The server does not know that yet.",
         zh = "一个往返之后 SYN-ACK 回来：connect() 已成功。服务器还不知道。" }
  expect(conn):state("ESTAB"):at(2 * delay)

  step { "The client's ACK makes the server's side ESTAB, although nobody has called accept(): it waits in the queue.",
         zh = "客户端的 ACK 使服务器一端成为 ESTAB，尽管还没有人调用 accept()：它在队列里等着。" }
  expect(server):state("ESTAB"):at(3 * delay)
  expect(server):counter("TcpPassiveOpens", 1)
  expect(only(server, "LISTEN").rq, "connections that wait for accept()"):is(1)

  predict {
    "The client sends five bytes, seq 1. Which ack will the server answer with?",
    zh = "客户端发出五个字节，seq 为 1。服务器回的 ack 是多少？",
    options = { "2", "5", "6" },
    answer = 3,
    why = { "ack is the next number that is expected: 1 + 5. Only SYN and FIN count one without a byte.",
            zh = "ack 是期待的下一个序号：1 + 5。不带字节也占一个序号的，只有 SYN 和 FIN。" },
  }
  step { "accept() only fetches what is there. Then five bytes: ack counts bytes, and SYN and FIN count one each.",
         zh = "accept() 只是取走已有的连接。再发五个字节：ack 数的是字节，SYN 和 FIN 各算一个。" }
  local peer = listener:accept { timeout = "1s" }
  conn:write("hello")
  expect(peer:read(5), "what the server reads"):is("hello")
  expect(client):packet { flags = "A", dir = "in", len = 0 }:within(3 * delay)

  step { "What holds from now on, each side offered in its SYN. And 0 is not the number on the wire: that was random.",
         zh = "从此生效的，都是双方在 SYN 里提出的。线上的序号也不是 0，而是随机的。" }
  local syn, synack, info = conn:packet { flags = "S" }, conn:packet { flags = "SA" }, conn:info()
  value("mss", info.snd_mss, "bytes")
  expect(synack.wscale and info.snd_wscale, "the shift for the server's windows"):is(synack.wscale or 7)
    :as("the server's windows are scaled")
  expect(info.sack and synack.sackok, "both use SACK"):is(true):as("SACK is on")
  expect(info.timestamps and synack.tsecr == syn.tsval, "both use timestamps"):is(true):as("timestamps are on")
  expect(info.snd_mss, "data in a full segment"):is(synack.mss - 12):as("data in a full segment")
  expect(synack.raw_ack - syn.raw_seq & 0xffffffff, "from the client's real ISN to its acknowledgement"):is(1)
  expect(syn.raw_seq == 0 or syn.raw_seq == synack.raw_seq, "an ISN of 0, or two that are equal"):is(false)

  predict {
    "A closed port, an address without a way, an address where nobody is: which connect() waits longest?",
    zh = "端口没人监听、地址到不了、地址上没有人：哪个 connect() 等得最久？",
    options = { { "to the address where nobody is", zh = "地址上没有人的" },
                { "to the closed port", zh = "端口没人监听的" },
                { "to the address without a way", zh = "地址到不了的" } },
    answer = 1,
    why = { "The other two are answered, by RST and by ICMP, and an answer takes a round trip at most.",
            zh = "另外两个都有应答，一个是 RST，一个是 ICMP，最多一个往返就到。" },
  }
  step { "Three connects that fail. Nobody listens on port 81: the server says so with RST, after a round trip.",
         zh = "三种失败的连接。81 端口没人监听：服务器回 RST，一个往返就知道。" }
  local t0 = mark()
  local _, _, why = client:connect(server, 81)
  expect(client):packet { flags = "RA", dir = "in" }:at(2 * delay):as("the server's refusal")
  expect(why, "what connect() to a closed port says"):is("ECONNREFUSED")
  value("refused", string.format("%.1f", (now() - t0) / 1000000), "ms")

  step { "Then an address to which the network has no way. A router says so, by ICMP: host unreachable.",
         zh = "再连一个网络到不了的地址。路由器用 ICMP 说：主机不可达。" }
  t0 = mark()
  local astray = client:connect(no_way, 80, { wait = false })
  _, _, why = astray:connected { timeout = "10s" }
  expect(why, "what connect() to an unreachable address says"):is("EHOSTUNREACH")
  expect(astray):icmp("host unreachable", { dir = "in" }):at(delay):as("the router's answer")
  expect(astray):state("CLOSED"):at(delay):as("the end of the unreachable one")
  expect(client):counter("IcmpInDestUnreachs", { min = 1 })
  value("icmp", client:counter("IcmpInDestUnreachs"))
  value("unreachable", string.format("%.1f", (now() - t0) / 1000000), "ms")

  step { "And one where nobody is. No answer looks like no other answer: it is the kernel that gives up, much later.",
         zh = "最后连一个没有人的地址。没有应答就无从分辨：要等很久，由内核自己放弃。" }
  t0 = mark()
  local lost = client:connect(nobody, 80, { wait = false, set = { TCP_SYNCNT = 1 } })
  if full then
    _, _, why = lost:connected { timeout = "20s" }
    expect(why, "what connect() into silence says"):is("ETIMEDOUT")
    expect(now() - t0, "how long that took"):about("3s"):as("how long the silent one took")
  else
    _, _, why = lost:connected { timeout = "200ms" }
    expect(why, "what connect() into silence says by now"):is("TIMEOUT")
    expect(lost):state("SYN-SENT")
  end
  value("silent", string.format("%.2f", (now() - t0) / second), "s")
  value("silent_says", full and why or "EINPROGRESS")
  expect(client):counter("TcpAttemptFails", full and 3 or 2)
end
