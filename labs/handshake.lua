-- SPDX-License-Identifier: MIT
title   = { "Three-way handshake", zh = "三次握手" }
summary = { "SYN, SYN-ACK, ACK: what each side is in, and when",
            zh = "SYN、SYN-ACK、ACK：两端各处于什么状态，何时改变" }
lesson  = "handshake"
hosts   = { "client", "server" }

local delay = param("delay", "25ms", {
  min = "1ms", max = "2s",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
link   = { delay = delay }
length = "1s"

counter_runs = {
  {
    name  = { "always SYN cookies: the server keeps no request", zh = "总用 SYN cookie：服务器不保存请求" },
    set   = { ["server.net.ipv4.tcp_syncookies"] = 2 },
    fails = { "request socket on the server" },
  },
}

function run(client, server)
  local listener = server:listen(80, { backlog = 5 })

  step { "The client sends a SYN. The server answers it, and remembers a request: SYN-RECV, which no process owns.",
         zh = "客户端发出 SYN。服务器应答，并记下一个请求：SYN-RECV，不属于任何进程。" }
  mark()
  local conn = client:connect(server, 80, { wait = false })
  expect(conn):state("SYN-SENT"):within("10ms")
  expect(server):state("SYN-RECV"):at(delay):as("request socket on the server")

  step { "The SYN-ACK is back after one round trip: connect() has succeeded. The server does not know that yet.",
         zh = "一个往返之后 SYN-ACK 回来：connect() 已成功。服务器还不知道。" }
  expect(conn):state("ESTAB"):at(2 * delay)

  step { "The client's ACK makes the server's side ESTAB, although nobody has called accept().",
         zh = "客户端的 ACK 使服务器一端成为 ESTAB，尽管还没有人调用 accept()。" }
  expect(server):state("ESTAB"):at(3 * delay)
  expect(server):counter("TcpPassiveOpens", 1)

  step { "accept() only fetches what is there. Then five bytes: ack counts bytes, and SYN and FIN count one each.",
         zh = "accept() 只是取走已有的连接。再发五个字节：ack 数的是字节，SYN 和 FIN 各算一个。" }
  local peer = listener:accept { timeout = "1s" }
  conn:write("hello")
  expect(peer:read(5), "what the server reads"):is("hello")
  expect(client):packet { flags = "A", dir = "in", len = 0 }:within(3 * delay)
end
