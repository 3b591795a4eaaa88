-- SPDX-License-Identifier: MIT
title   = { "TIME-WAIT, and running out of ports", zh = "TIME-WAIT 与端口耗尽" }
summary = { "Who pays for a close, what runs out and what does not, what helps, and why TIME-WAIT exists",
            zh = "谁为关闭付出代价，什么会耗尽，什么不会，什么有用，以及 TIME-WAIT 为何存在" }
lesson  = "time-wait-exhaustion"
hosts   = { "client", "server" }

local ports = param("ports", 8, {
  min = 4, max = 64,
  help = { "ports that the client's kernel may deal out (ip_local_port_range)",
           zh = "客户端内核可分配的端口数（ip_local_port_range）" },
})
local closer = param("closer", { oneof = { "client", "server" } }, {
  help = { "who closes first", zh = "谁先关闭" },
})
local timestamps = param("timestamps", false, {
  help = { "TCP timestamps on the connection into which a stale segment comes",
           zh = "收到陈旧报文段的那条连接是否带 TCP 时间戳" },
})
local delay = param("delay", "5ms", {
  min = "1ms", max = "20ms",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local second <const> = 1000 * 1000 * 1000
local first <const>  = 40000
local range <const>  = first .. " " .. first + ports - 1

link        = { delay = delay }
length      = full and "75s" or "8s"
full_length = "75s"
limit       = "3min"
sysctl      = {
  client = { ["net.ipv4.ip_local_port_range"] = range, ["net.ipv4.tcp_tw_reuse"] = 2,
             ["net.ipv4.tcp_fin_timeout"] = 1 },
  server = { ["net.ipv4.tcp_fin_timeout"] = 1 },
}

counter_runs = {
  { name  = { "the server closes first: it pays, and no port runs out",
              zh = "服务器先关闭：代价在它那边，端口不会耗尽" },
    param = { closer = "server" },
    fails = { "TIME-WAIT at the client", "TIME-WAIT at the server",
              'one connection too many is "EADDRNOTAVAIL"', "not even a SYN leaves is true" } },
  { name  = { "with timestamps the stale segment is found out", zh = "有时间戳，陈旧报文段会被识破" },
    param = { timestamps = true },
    fails = { 'what the server reads without timestamps is "OLD!"' } },
}

-- Until the FIN of whoever closed last has been acknowledged: only then is its port free.
local function closed(host)
  local t0 = now()
  repeat
    sleep(delay)
  until #host:sockets { state = "LAST-ACK" } == 0 or now() - t0 > second
end

-- One connection, opened and closed; `who` closes first. Gives back the port that the client had.
local function round(client, server, listener, who, options)
  local conn, message, errno = client:connect(server, 80, options)
  if not conn then
    return nil, message, errno
  end
  local peer = assert(listener:accept { timeout = "1s" })
  local one, other = conn, peer
  if who == "server" then
    one, other = peer, conn
  end
  one:close()
  other:read(1, { timeout = "1s" })
  other:close()
  closed(other.host)
  return conn.port
end

local function fails_with(client, server, port)
  local conn, _, errno = client:connect(server, port)
  if conn then
    conn:close()
  end
  return errno or "no error"
end

function run(client, server)
  local listener = server:listen(80)
  local other = server:listen(81)

  step { "The client's kernel may deal out " .. ports .. " ports. So many connections, one after the other, " ..
         "each closed at once: whoever closes first is left with a TIME-WAIT.",
         zh = "客户端内核可以分配 " .. ports .. " 个端口。一条接一条地建立同样多的连接，每条都立刻关闭：" ..
              "谁先关闭，谁那边就留下一个 TIME-WAIT。" }
  local same_parity = 0
  for i = 1, ports do
    local port = assert(round(client, server, listener, closer, { reuse = true }))
    if i <= ports // 2 and (port - first) % 2 == 0 then
      same_parity = same_parity + 1
    end
  end
  expect(client):count("TIME-WAIT", ports):as("TIME-WAIT at the client")
  expect(server):count("TIME-WAIT", 0):as("TIME-WAIT at the server")
  local oldest = client:sockets { state = "TIME-WAIT" }[1] or {}
  expect(oldest.owner, "does a process own a TIME-WAIT?"):is(oldest.state and false)
  value("held", #client:sockets { state = "TIME-WAIT" })
  -- __inet_hash_connect() tries every second port first
  expect(same_parity, "ports of the first half with the parity of the first one"):is(ports // 2)
  value("same_parity", same_parity)

  if closer == "client" then
    predict {
      "All " .. ports .. " ports have a TIME-WAIT towards port 80 of the server. What does the next connect() to port 80 do?",
      zh = ports .. " 个端口都有一个指向服务器 80 端口的 TIME-WAIT。下一次 connect() 到 80 端口会怎样？",
      options = { { "it fails at once", zh = "立刻失败" },
                  { "it sends a SYN, and the server refuses it", zh = "发出 SYN，被服务器拒绝" },
                  { "it waits until a TIME-WAIT is over", zh = "一直等到某个 TIME-WAIT 结束" } },
      answer = 1,
      why = { "EADDRNOTAVAIL: the kernel finds no port for which the four-tuple would be free. The server never hears of it.",
              zh = "EADDRNOTAVAIL：内核找不到能让四元组空闲的端口。服务器对此一无所知。" },
    }
  end
  step { "One connection too many: connect() fails at once. The kernel found no port that is free " ..
         "towards this address and port, and not even a SYN left.",
         zh = "多出来的一条：connect() 立刻失败。内核找不到一个对这个地址和端口来说空闲的端口，连 SYN 都没有发出去。" }
  local before = client:packet { flags = "S", dir = "out", port = 80, nth = ports + 1 }
  local why = fails_with(client, server, 80)
  expect(why, "one connection too many"):is("EADDRNOTAVAIL")
  value("why", why)
  expect(before == client:packet { flags = "S", dir = "out", port = 80, nth = ports + 1 },
         "not even a SYN leaves"):is(true)
  if closer == "server" then
    note { "The ports did not run out, and the rest of this lab is about what to do when they have.",
           zh = "端口没有耗尽，而这个实验余下的部分讲的是耗尽之后怎么办。" }
    return
  end

  predict {
    "And connect() to port 81 of the same server?", zh = "那么 connect() 到同一台服务器的 81 端口呢？",
    options = { { "the same error: there is no port left", zh = "同样的错误：端口没有了" },
                { "it works, with one of these ports", zh = "成功，用的就是这些端口之一" },
                { "it works, with a port outside of the range", zh = "成功，用的是范围之外的端口" } },
    answer = 2,
    why = { "A port is taken towards one address and port only. What has to be unique is the four-tuple.",
            zh = "端口只是对某一个地址和端口而言被占用。必须唯一的是四元组。" },
  }
  step { "Another destination still works, with the very same ports: what must be unique is the " ..
         "four-tuple. This time the server closes first, and the TIME-WAIT is the server's.",
         zh = "换个目的地就能连上，用的还是那些端口：必须唯一的是四元组。这次服务器先关闭，TIME-WAIT 就留在服务器那边。" }
  local conn = client:connect(server, 81, { reuse = true })
  expect(conn and conn.port >= first and conn.port < first + ports, "a port of the same range"):is(true)
  local peer = other:accept { timeout = "1s" }
  peer:close()
  conn:read(1, { timeout = "1s" })
  conn:close()
  expect(server):count("TIME-WAIT", 1, { port = 81 }):within(4 * delay):as("now the server pays")
  expect(client):count("LAST-ACK", 0):within(4 * delay)

  step { "A program that binds a port itself is not held up. SO_REUSEADDR lets it bind, and connect() " ..
         "takes the TIME-WAIT over, whatever tcp_tw_reuse says, if timestamps were used.",
         zh = "自己绑定端口的程序不受阻。有 SO_REUSEADDR 就能绑定，connect() 直接接管那个 TIME-WAIT，" ..
              "不管 tcp_tw_reuse 怎么设，只要用了时间戳。" }
  local _, _, in_use = client:connect(server, 80, { port = first })
  expect(in_use, "a port in TIME-WAIT, without SO_REUSEADDR"):is("EADDRINUSE")
  expect(round(client, server, listener, "server", { port = first, reuse = true }),
         "the port of the connection that took one over"):is(first)
  expect(client):counter("TcpExtTWRecycled", 1):as("TIME-WAITs that were taken over")
  value("recycled", client:counter("TcpExtTWRecycled"))
  expect(client):count("TIME-WAIT", ports - 1):as("one TIME-WAIT less")

  step { "tcp_tw_reuse, on one port: 0 is never, 2 (the default) only on the loopback, 1 always, but " ..
         "not before the TIME-WAIT has a certain age.",
         zh = "tcp_tw_reuse，只用一个端口来看：0 表示从不，2（默认）只限本机回环，1 表示总是，但 TIME-WAIT 要到一定年龄才行。" }
  client:sysctl("net.ipv4.ip_local_port_range", "45000 45000")
  client:sysctl("net.ipv4.tcp_tw_reuse", 0)
  round(client, server, listener, "client")
  sleep("1200ms")
  expect(fails_with(client, server, 80), "tcp_tw_reuse 0"):is("EADDRNOTAVAIL")
  client:sysctl("net.ipv4.tcp_tw_reuse", 2)
  expect(fails_with(client, server, 80), "tcp_tw_reuse 2"):is("EADDRNOTAVAIL")
  client:sysctl("net.ipv4.tcp_tw_reuse", 1)
  expect(round(client, server, listener, "server"), "tcp_tw_reuse 1"):is(45000)
  client:sysctl("net.ipv4.ip_local_port_range", "45002 45002")
  conn = client:connect(server, 80)
  peer = listener:accept { timeout = "1s" }
  conn:close()
  peer:read(1, { timeout = "1s" })
  peer:close()
  expect(conn):state("TIME-WAIT"):within(4 * delay)
  local t0 = now()
  local again
  repeat
    sleep("10ms")
    again = client:connect(server, 80)
  until again or now() - t0 > 3 * second
  local age = now() - t0
  value("reuse_after", string.format("%.2f", age / second), "s")
  -- since 6.14 tcp_tw_reuse_delay (1000 ms); before, the next whole second of the clock
  local least = since "6.14" and 0.9 or 0
  expect(age / second, "how old a TIME-WAIT has to be, in seconds"):between(least, 1.2)
  peer = listener:accept { timeout = "1s" }
  peer:close()
  again:read(1, { timeout = "1s" })
  again:close()

  step { "tcp_max_tw_buckets: above it a close leaves no TIME-WAIT at all. Those that are there stay, " ..
         "and nothing is said but a counter.",
         zh = "tcp_max_tw_buckets：超过它，关闭就根本不留 TIME-WAIT。已有的不动，除了一个计数器，什么也不说。" }
  local there = #client:sockets { state = "TIME-WAIT" }
  client:sysctl("net.ipv4.tcp_max_tw_buckets", there)
  round(client, server, listener, "client", { port = 45004 })
  expect(client):count("TIME-WAIT", there):as("no more of them")
  expect(client):counter("TcpExtTCPTimeWaitOverflow", 1):as("closes without a TIME-WAIT")
  client:sysctl("net.ipv4.tcp_max_tw_buckets", 4096)

  predict {
    "The server has a TIME-WAIT for the client's port 45006. The client connects again from that port. When is it in?",
    zh = "服务器对客户端的 45006 端口留有一个 TIME-WAIT。客户端又从这个端口来连接。多久能连上？",
    options = { { "at once", zh = "马上" }, { "after a second", zh = "一秒之后" },
                { "when the TIME-WAIT is over", zh = "等 TIME-WAIT 结束" } },
    answer = 1,
    why = { "A SYN with a newer timestamp or number is a new connection, and the listener takes it. tcp_tw_reuse has no part in it.",
            zh = "时间戳或序号更新的 SYN 就是新连接，由监听套接字接收。与 tcp_tw_reuse 无关。" },
  }
  step { "A TIME-WAIT at the server does not keep a client out: a new SYN of the same port takes its place at once.",
         zh = "服务器上的 TIME-WAIT 不会把客户挡在门外：同一端口来的新 SYN 立刻取而代之。" }
  round(client, server, listener, "server", { port = 45006 })
  expect(server):count("TIME-WAIT", 1, { port = 45006 }):as("the server's TIME-WAIT")
  mark()
  conn = client:connect(server, 80, { port = 45006 })
  expect(conn):state("ESTAB"):at(2 * delay):as("the client is back")
  peer = listener:accept { timeout = "1s" }
  expect(server):count("TIME-WAIT", 0, { port = 45006 }):as("its TIME-WAIT is gone")
  conn:close()
  peer:read(1, { timeout = "1s" })
  peer:close()

  step { "Why it exists: a segment that was long on its way comes into a new connection of the same " ..
         "four-tuple. Without timestamps nothing tells it from the new one's own: the server reads OLD!.",
         zh = "它为何存在：一个在路上耽搁很久的报文段，闯进同一四元组的新连接。没有时间戳，就没有什么能把它与新连接自己的区分开：服务器读到 OLD!。" }
  local function all(socket, n)
    local text = ""
    while #text < n do
      text = text .. assert(socket:read(n - #text, { timeout = "1s" }))
    end
    return text
  end
  -- Both say so much.
  local function talk(c, p, n, answer)
    c:write(("x"):rep(n))
    all(p, n)
    p:write(("x"):rep(answer))
    all(c, answer)
  end
  -- A real one. Initial numbers grow by one each 64 ns (secure_tcp_seq()). A connection that sends
  -- faster than that, and is followed at once by another one, has numbers that are yet to come
  -- in that: all this is over within 0.1 ms. The network keeps a copy of its last segment.
  local function reborn(port, on)
    local bytes <const> = 2 * (on and 1448 or 1460)
    sleep(4 * delay) -- what is on its way arrives first
    client:link { delay = "1us" }
    server:link { delay = "1us" }
    local t0 = now()
    local c = client:connect(server, 80, { port = port })
    local p = listener:accept { timeout = "1s" }
    talk(c, p, bytes, bytes)
    net:duplicate { conn = c, from = client, len = 4, nth = 1, after = "30ms" }
    c:write("OLD!")
    all(p, 4)
    c:set("SO_LINGER", 0) -- RST: no TIME-WAIT
    c:close()
    p:read(1, { timeout = "1s" })
    p:close()
    local ahead = bytes - (now() - t0) // 64
    c = client:connect(server, 80, { port = port })
    p = listener:accept { timeout = "1s" }
    sleep("10ms")
    talk(c, p, ahead, bytes)
    sleep("30ms")
    note { "The copy of the old connection's last segment has arrived. Its number is the one that the server expects next.",
           zh = "旧连接最后一个报文段的副本到了。它的序号正是服务器接下来期待的那一个。" }
    client:link { delay = delay }
    server:link { delay = delay }
    return c, p
  end
  -- A clock that goes on while code runs has no room for that: there it is made up.
  local function made_up(port, on)
    local c = client:connect(server, 80, { port = port })
    local p = listener:accept { timeout = "1s" }
    talk(c, p, 4, 4)
    sleep(4 * delay)
    net:inject { to = server, conn = c, flags = "PA", seq = 5, ack = 5, data = "OLD!", tsval = on and 0 or nil }
    sleep(2 * delay)
    return c, p
  end
  local function stale(port, on)
    client:sysctl("net.ipv4.tcp_timestamps", on and 1 or 0)
    local c, p = (virtual_clock and reborn or made_up)(port, on)
    c:write("good")
    local text = p:read(4, { timeout = "1s" })
    c:set("SO_LINGER", 0)
    c:close()
    sleep(2 * delay)
    p:close()
    return text
  end
  local read = stale(45008, timestamps)
  expect(read, "what the server reads without timestamps"):is("OLD!")
  value("read", read)

  step { "The same with timestamps: the stale segment's is older than the last one that was seen, and it is thrown away (PAWS).",
         zh = "有时间戳再来一次：陈旧报文段的时间戳比已见过的更旧，于是被丢弃（PAWS）。" }
  expect(stale(45010, true), "what the server reads with timestamps"):is("good")
  expect(server):counter("TcpExtPAWSEstab", { min = 1 }):as("segments that PAWS rejected")

  step { "What does not help: tcp_fin_timeout was 1 s all the time and is about FIN-WAIT-2; " ..
         "tcp_tw_recycle has been gone since Linux 4.12. TIME-WAIT takes 60 s.",
         zh = "没有用的办法：tcp_fin_timeout 一直是 1 秒，它管的是 FIN-WAIT-2；tcp_tw_recycle 从 Linux 4.12 起就不存在了。TIME-WAIT 就是 60 秒。" }
  expect(pcall(client.sysctl, client, "net.ipv4.tcp_tw_recycle"), "is there a tcp_tw_recycle?"):is(false)
  round(client, server, listener, "client", { port = 45012 })
  local fresh = client:sockets { state = "TIME-WAIT", port = 45012 }[1] or {}
  value("timer", string.format("%.1f", (fresh.expires_ms or 0) / 1000), "s")
  expect((fresh.expires_ms or 0) / 1000, "seconds that its timer has left"):between(59, 62)
  if full then
    mark()
    expect(client):count("TIME-WAIT", 0, { port = 45012 }):at("60s"):as("a TIME-WAIT is over")
  end
end
