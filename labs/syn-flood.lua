-- SPDX-License-Identifier: MIT
title   = { "SYN flood and SYN cookies", zh = "SYN 洪泛与 SYN cookie" }
summary = { "What a flood of SYNs fills, who is locked out, what cookies cure, cost, and leave as it was",
            zh = "SYN 洪泛填满了什么，谁被挡在门外；SYN cookie 治好什么，代价是什么，治不好什么" }
lesson  = "syn-flood"
hosts   = { "client", "server" }

local cookies = param("cookies", 0, {
  min = 0, max = 2,
  help = { "tcp_syncookies during the first flood (1 and 2 must fail)",
           zh = "第一次洪泛时的 tcp_syncookies（1、2 必不成立）" },
})
local backlog = param("backlog", 8, {
  min = 5, max = 200,
  help = { "what listen() is given", zh = "传给 listen() 的 backlog" },
})
local flood = param("flood", math.max(300, 2 * backlog), {
  min = backlog + 2, max = 2000,
  help = { "SYNs in each flood", zh = "每次洪泛有多少个 SYN" },
})
local max_syn_backlog = param("max_syn_backlog", 16, {
  min = 8, max = 256,
  help = { "tcp_max_syn_backlog, where it is tried", zh = "试验 tcp_max_syn_backlog 时它的值" },
})
local busy = param("busy", true, {
  help = { "is the server's program too busy to accept()?", zh = "服务器程序是否忙得顾不上 accept()" },
})
local delay = param("delay", "10ms", {
  min = "1ms", max = "100ms",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local second <const> = 1000 * 1000 * 1000

link        = { delay = delay }
length      = full and "210s" or "12s"
full_length = "210s"
limit       = full and "300s" or "40s"

-- Old requests are thrown out early while there are more than this (reqsk_timer_handler()).
local half <const> = math.max(8, backlog) // 2
local quarter <const> = max_syn_backlog // 4

local first_part = {
  "SYNs dropped because the queue is full", "SYNs dropped by the listener", "more SYNs, more drops",
  "the client's SYN is dropped too", "the client waits",
  "the client gets in with its SYN after 7 s", "SYNs that the client had to send again",
}
local without_queue = { "requests held", "requests held after twice as many SYNs", "the old half is thrown out" }
for _, name in ipairs(first_part) do
  without_queue[#without_queue + 1] = name
end
if full then
  without_queue[#without_queue + 1] = "the other half stays for a minute"
end

counter_runs = {
  { name  = { "cookies when the queue is full, as by default: nobody is dropped",
              zh = "队列满时用 cookie（默认）：谁也没有被丢弃" },
    param = { cookies = 1 },
    fails = first_part },
  { name  = { "always cookies: there is no queue that could fill", zh = "总用 cookie：根本没有会满的队列" },
    param = { cookies = 2 },
    fails = without_queue },
  { name  = { "one SYN-ACK retry: the queue is empty after 3 s", zh = "SYN-ACK 只重发一次：3 秒后队列就空了" },
    set   = { ["server.net.ipv4.tcp_synack_retries"] = 1 },
    fails = { "the old half is thrown out", "the client gets in with its SYN after 7 s",
              "SYNs that the client had to send again", full and "the other half stays for a minute" or nil } },
  { name  = { "a program that accepts in time: the accept queue is never full",
              zh = "程序及时 accept：accept 队列从不会满" },
    param = { busy = false },
    fails = { "the accept queue is what is full", "tcp_abort_on_overflow or not", "a cookie does not help: the SYN is dropped", "no cookie for it",
              "ACKs dropped: the accept queue is full", 'what the server has of the first is "nothing"',
              'what the server has of the second is "nothing"', "the data is dropped as well",
              'what the server has of the silent one is "nothing"',
              full and 'what the silent client reads is "ECONNRESET"' or nil } },
  { name  = { "a client without timestamps: cookies lose its options", zh = "客户端不用时间戳：cookie 丢掉它的选项" },
    set   = { ["client.net.ipv4.tcp_timestamps"] = 0 },
    fails = { "window scale with a cookie is 7", "SACK with a cookie is true",
              "segment size with a cookie is 1288" } },
}

local function how_many(server, port)
  local n = 0
  for _, s in ipairs(server:sockets { state = "SYN-RECV" }) do
    n = n + (s.port == port and 1 or 0)
  end
  return n
end

-- What the server has of the connection from this port of the client.
local function known(server, peer_port)
  for _, s in ipairs(server:sockets()) do
    if s.peer_port == peer_port then
      return s.state
    end
  end
  return "nothing"
end

local function send_syns(server, port, count)
  return net:flood { to = server, port = port, count = count }:join()
end

-- A connection of a client that can take segments of 1400 bytes: the SYN-ACK, and what the server makes of the client.
local function options(client, server, listener)
  local conn = client:connect(server, 82, { set = { TCP_MAXSEG = 1400 } })
  local far = listener:accept { timeout = "1s" }
  return conn:packet { flags = "SA", dir = "in" }, far:info()
end

-- Counts from here on: counted(…) before, and what it gives says afterwards by how much the counter must have moved.
local function counted(host, name)
  local before = host:counter(name)
  return function(by)
    return expect(host):counter(name, before + by)
  end
end

function run(client, server)
  local function cookies_are(n)
    server:sysctl("net.ipv4.tcp_syncookies", n)
  end

  step { "One spoofed SYN, to a listener with backlog 0. The server keeps a request and answers, to an " ..
         "address where nobody is.",
         zh = "一个伪造源地址的 SYN，发给 backlog 为 0 的监听者。服务器记下一个请求并应答，可那个地址上没有人。" }
  cookies_are(0)
  local listener = server:listen(70, { backlog = 0 })
  send_syns(server, 70, 1)
  expect(server):packet { flags = "S", dir = "in", port = 70 }:within("1s")
  sleep("50ms")
  -- The limit is compared with ">" since January 2025, also in updates of older kernels; with ">=" before, and
  -- then there is no room here. Which of them this kernel has no version says, so it is looked at.
  local request = server:sockets { state = "SYN-RECV", port = 70 }[1]
  if since "6.14" then
    expect(server):count("SYN-RECV", 1, { port = 70 }):as("room for one more than the backlog says")
  end
  expect(request ~= nil and request.owner, "a process owns the request"):is(false)
  local room = backlog + (request and 1 or 0)
  value("room", room)
  value("one_more", request and 1 or 0)
  listener:close()

  if cookies == 0 then
    predict {
      "A listener with a backlog of " .. backlog .. ", no cookies, tcp_max_syn_backlog = 1024, and " .. flood ..
        " spoofed SYNs. How many SYN-RECV will there be?",
      zh = "监听者的 backlog 是 " .. backlog .. "，不用 cookie，tcp_max_syn_backlog = 1024，来了 " .. flood ..
        " 个伪造的 SYN。会有几个 SYN-RECV？",
      options = { { "as many as came, " .. flood, zh = "来多少有多少，" .. flood .. " 个" },
                  { "as many as tcp_max_syn_backlog says", zh = "由 tcp_max_syn_backlog 决定" },
                  { "as the backlog says, or one more", zh = "由 backlog 决定，至多再加一个" } },
      answer = 3,
      why = { "The limit of both queues of a listener is its backlog. tcp_max_syn_backlog only comes in when it is much smaller.",
              zh = "监听者的两个队列，上限都是它的 backlog。tcp_max_syn_backlog 小得多时才轮到它。" },
    }
  end
  step { "The flood comes, without cookies. The accept queue is empty: nobody has ever connected.",
         zh = "洪泛来了，没有 cookie。accept 队列是空的：还没有人连接过。" }
  cookies_are(cookies)
  server:listen(80, { backlog = backlog })
  local full_drops = counted(server, "TcpExtTCPReqQFullDrop")
  local drops = counted(server, "TcpExtListenDrops")
  local t0 = mark()
  send_syns(server, 80, flood)
  full_drops(flood - room):within("500ms"):as("SYNs dropped because the queue is full")
  expect(server):count("SYN-RECV", room, { port = 80 }):as("requests held")
  drops(flood - room):as("SYNs dropped by the listener")
  expect(server):counter("TcpExtListenOverflows", 0):as("the accept queue has nothing to do with it")
  value("held", how_many(server, 80))
  value("dropped", flood - how_many(server, 80))

  step { "The same again. Whoever counts SYN-RECV sees no difference between one flood and two.",
         zh = "再来一遍。数 SYN-RECV 的人，看不出一次洪泛和两次有什么区别。" }
  send_syns(server, 80, flood)
  drops(2 * flood - room):within("500ms"):as("more SYNs, more drops")
  expect(server):count("SYN-RECV", room, { port = 80 }):as("requests held after twice as many SYNs")
  value("held_after_two", how_many(server, 80))
  value("drops_after_two", server:counter("TcpExtListenDrops"))

  if cookies == 0 then
    predict {
      "The flood is over. In a second an honest client connects. What does it see?",
      zh = "洪泛已经过去。一秒之后，一个诚实的客户端来连接。它会看到什么？",
      options = { { "RST: the queue is full", zh = "RST：队列满了" },
                  { "it is connected at once: the flood is over", zh = "马上连上：洪泛已经过去" },
                  { "nothing, for seconds", zh = "好几秒里什么也没有" },
                  { "nothing, for more than a minute", zh = "一分多钟里什么也没有" } },
      answer = 3,
      why = { "Its SYN is dropped in silence. Requests nobody answers stay until the SYN-ACK has been sent again twice: a " ..
              "queue that is more than half full has no patience for five times.",
              zh = "它的 SYN 被无声地丢弃。没有回音的请求要等 SYN-ACK 重发两次才消失：队列占去一半以上时，内核没有耐心重发五次。" },
    }
  end
  step { "One second later an honest client connects. Its SYN is dropped like the others: no answer, no RST.",
         zh = "一秒之后，一个诚实的客户端来连接。它的 SYN 也照样被丢弃：没有应答，也没有 RST。" }
  sleep(math.max(0, t0 + second - now()))
  local again = counted(client, "TcpExtTCPSynRetrans")
  drops = counted(server, "TcpExtListenDrops")
  local started = now()
  local conn = client:connect(server, 80, { port = 40001, wait = false })
  drops(1):within("500ms"):as("the client's SYN is dropped too")
  expect(conn):state("SYN-SENT"):hold("1500ms"):as("the client waits")

  step { "After two SYN-ACK retries, 7 s, the kernel throws out old requests until half of the room is " ..
         "free. The client's next SYN gets in.",
         zh = "SYN-ACK 重发两次之后，也就是 7 秒时，内核把旧请求清到只剩一半。客户端的下一个 SYN 就进来了。" }
  expect(server):count("SYN-RECV", { min = 1, max = half }, { port = 80 }):at("7s"):as("the old half is thrown out")
  value("left", how_many(server, 80))
  value("freed", room - how_many(server, 80))
  value("drained", string.format("%.2f", (now() - t0) / second), "s")
  expect(conn):state("ESTAB"):at("8s"):as("the client gets in with its SYN after 7 s")
  value("waited", string.format("%.2f", (now() - started) / second), "s")
  again(since "6.5" and 6 or 3):as("SYNs that the client had to send again")
  value("syns", 1 + client:counter("TcpExtTCPSynRetrans"))

  if full then
    step { "The other half is not in anybody's way, so it gets all five retries: a good minute.",
           zh = "剩下的一半不碍事，于是五次重发一次不少：一分钟出头。" }
    expect(server):count("SYN-RECV", 0, { port = 80 }):at("63s"):as("the other half stays for a minute")
    value("minute", string.format("%.1f", (now() - t0) / second), "s")
  end

  step { "Does tcp_max_syn_backlog decide? A listener with a long backlog, cookies off: three quarters " ..
         "of it get in, and one.",
         zh = "是 tcp_max_syn_backlog 说了算吗？监听者的 backlog 很长，cookie 关着：进得来的是它的四分之三，再加一个。" }
  cookies_are(0)
  expect(server:sysctl("net.ipv4.tcp_max_syn_backlog"), "tcp_max_syn_backlog so far"):is(1024)
  server:sysctl("net.ipv4.tcp_max_syn_backlog", max_syn_backlog)
  listener = server:listen(90, { backlog = 1000 })
  full_drops = counted(server, "TcpExtTCPReqQFullDrop")
  drops = counted(server, "TcpExtListenDrops")
  send_syns(server, 90, max_syn_backlog)
  drops(quarter - 1):within("1s"):as("SYNs dropped in the last quarter")
  expect(server):count("SYN-RECV", max_syn_backlog - quarter + 1, { port = 90 }):within("1s"):as("three quarters, and one")
  full_drops(0):as("which is not counted as a full queue")
  value("three_quarters", how_many(server, 90))
  listener:close()

  step { "With cookies on it is not even asked: all of them get in.",
         zh = "cookie 一开，连问都不问它：全都进得来。" }
  cookies_are(1)
  listener = server:listen(91, { backlog = 1000 })
  send_syns(server, 91, max_syn_backlog)
  expect(server):count("SYN-RECV", max_syn_backlog, { port = 91 }):within("1s"):as("tcp_max_syn_backlog is not consulted")
  value("not_asked", how_many(server, 91))
  listener:close()

  -- An ordinary user's namespace does not show it before 6.3.
  local seen, cap = pcall(server.sysctl, server, "net.core.somaxconn")
  if seen and cap then
    step { "net.core.somaxconn does decide: it caps what listen() is given, at that moment. Raising it later changes nothing.",
           zh = "net.core.somaxconn 倒是算数：listen() 的 backlog 当场受它限制。事后再调大，什么也不会变。" }
    server:sysctl("net.core.somaxconn", 4)
    listener = server:listen(92, { backlog = 1000 })
    server:sysctl("net.core.somaxconn", cap)
    send_syns(server, 92, 20)
    expect(server):count("SYN-RECV", 4 + room - backlog, { port = 92 }):within("1s"):as("as many as somaxconn was")
    value("capped", how_many(server, 92))
    listener:close()
  end

  predict {
    "The same flood, now with tcp_syncookies = 1. How many SYN-RECV this time?",
    zh = "同样的洪泛，这次 tcp_syncookies = 1。会有几个 SYN-RECV？",
    options = { { "none: cookies need no memory", zh = "一个也没有：cookie 不占内存" },
                { "as many as without cookies", zh = "和不用 cookie 时一样多" },
                { "as many as SYNs came", zh = "来多少有多少" } },
    answer = 2,
    why = { "1 means: only when the queue is full. The first ones fill it as before; cookies are for those that find no room.",
            zh = "1 的意思是：队列满了才用。先来的照样把它填满，找不到位置的才得到 cookie。" },
  }
  step { "The flood again, with tcp_syncookies = 1, as it is by default: what has no room gets a SYN-ACK " ..
         "that the server forgets at once.",
         zh = "又一次洪泛，这次 tcp_syncookies = 1（默认值）：放不下的也得到 SYN-ACK，但服务器一发出就忘掉。" }
  listener = server:listen(81, { backlog = backlog })
  local sent = counted(server, "TcpExtSyncookiesSent")
  drops = counted(server, "TcpExtListenDrops")
  send_syns(server, 81, flood)
  sent(flood - room):within("1s"):as("cookies sent")
  expect(server):count("SYN-RECV", room, { port = 81 }):as("requests held, with cookies")
  drops(0):as("nothing is dropped")
  value("cookies_sent", flood - how_many(server, 81))

  step { "The honest client, in the midst of it: connected after one round trip. The queue is as full as before.",
         zh = "诚实的客户端就在这时来连接：一个往返就连上。队列和刚才一样满。" }
  local received = counted(server, "TcpExtSyncookiesRecv")
  started = mark()
  conn = client:connect(server, 81, { port = 40002, wait = false })
  expect(conn):state("ESTAB"):at(2 * delay):as("the client gets in at once")
  value("at_once", string.format("%.1f", (now() - started) / 1e6), "ms")
  received(1):within("1s"):as("a cookie that came back")
  expect(server):count("SYN-RECV", room, { port = 81 }):as("its connection was never a request")

  if busy then
    predict {
      "Cookies are on, and the program does not accept(). The accept queue fills. Then one more SYN comes:",
      zh = "cookie 开着，程序不调用 accept()，accept 队列满了。这时又来一个 SYN：",
      options = { { "it gets a cookie, as always", zh = "照样得到一个 cookie" },
                  { "it is dropped", zh = "被丢弃" },
                  { "it is answered with RST", zh = "得到 RST" } },
      answer = 2,
      why = { "A cookie stands for a request. There is none for a place in the accept queue: ListenOverflows.",
              zh = "cookie 代替的是请求，代替不了 accept 队列里的位置：ListenOverflows。" },
    }
  end
  step { "What cookies do not cure: the program does not accept(). More clients come, until the accept queue " ..
         "is full. The next SYN is dropped.",
         zh = "cookie 治不好的：程序不调用 accept()。客户端接着来，直到 accept 队列也满了。下一个 SYN 被丢弃。" }
  for i = 1, backlog do
    client:connect(server, 81, { port = 41000 + i, wait = false })
  end
  expect(server):count("ESTAB", backlog + 1, { port = 81 }):within("1s")
  if not busy then
    for _ = 1, backlog + 1 do
      listener:accept { timeout = "1s" }
    end
  end
  local overflows = counted(server, "TcpExtListenOverflows")
  sent = counted(server, "TcpExtSyncookiesSent")
  local late = client:connect(server, 81, { port = 42000, wait = false })
  overflows(1):within("500ms"):as("the accept queue is what is full")
  expect(late):state("SYN-SENT"):as("a cookie does not help: the SYN is dropped")
  sent(0):as("no cookie for it")
  value("waiting", backlog + 1)
  late:close()
  local resets = counted(server, "TcpOutRsts")
  server:sysctl("net.ipv4.tcp_abort_on_overflow", 1)
  late = client:connect(server, 81, { port = 42003, wait = false })
  overflows(2):within("500ms"):as("tcp_abort_on_overflow or not")
  resets(0):as("no RST for a SYN")
  late:close()
  server:sysctl("net.ipv4.tcp_abort_on_overflow", 0)

  if busy then
    predict {
      "A client has its SYN-ACK, with a cookie, and is ESTAB. Its ACK is dropped: the accept queue was full. What has the server?",
      zh = "客户端拿到带 cookie 的 SYN-ACK，已是 ESTAB。它的 ACK 却因 accept 队列满而被丢弃。服务器上有什么？",
      options = { { "SYN-RECV, and it sends its SYN-ACK again", zh = "SYN-RECV，还会重发 SYN-ACK" },
                  { "ESTAB", zh = "ESTAB" },
                  { "nothing", zh = "什么也没有" } },
      answer = 3,
      why = { "A cookie means that nothing is kept: no request, no timer. Only the client can mend it, by sending data.",
              zh = "用 cookie 就是什么也不留：没有请求，没有定时器。只有客户端能补救：发数据。" },
    }
  end
  step { "Two are accepted, and two new clients come. Their ACKs are late, and others take the room meanwhile. " ..
         "When the ACKs arrive they are dropped.",
         zh = "取走两条连接，又来两个客户端。它们的 ACK 在路上耽搁，空位被别人占去；ACK 到了，只能丢弃。" }
  if busy then
    listener:accept { timeout = "1s" }
    listener:accept { timeout = "1s" }
  end
  local acks = { net:hold { from = client, port = 43001, flags = "A" }, net:hold { from = client, port = 43002, flags = "A" } }
  local speaker = client:connect(server, 81, { port = 43001 })
  local silent = client:connect(server, 81, { port = 43002 })
  for i = 1, 2 do
    client:connect(server, 81, { port = 42000 + i })
  end
  expect(server):count("ESTAB", backlog + 3, { port = 81 }):within("1s")
  if not busy then
    listener:accept { timeout = "1s" }
    listener:accept { timeout = "1s" }
  end
  overflows = counted(server, "TcpExtListenOverflows")
  received = counted(server, "TcpExtSyncookiesRecv")
  acks[1]:release()
  acks[2]:release()
  overflows(2):within("1s"):as("ACKs dropped: the accept queue is full")
  received(2):within("1s"):as("their cookies were valid")
  expect(speaker):state("ESTAB"):as("the first client is connected, it believes")
  expect(silent):state("ESTAB"):as("so is the second")
  expect(known(server, 43001), "what the server has of the first"):is("nothing")
  expect(known(server, 43002), "what the server has of the second"):is("nothing")
  value("known", (known(server, 43001) == "nothing" and 0 or 1) + (known(server, 43002) == "nothing" and 0 or 1))

  step { "The first one sends data. That is dropped too, until there is room: then the data, sent again, brings " ..
         "the cookie along, and the connection to life.",
         zh = "第一个客户端发送数据，也被丢弃，直到有了空位：重发的数据把 cookie 又带了来，连接这才活过来。" }
  overflows = counted(server, "TcpExtListenOverflows")
  local wrote = now()
  speaker:write("hello")
  overflows(1):within("150ms"):as("the data is dropped as well")
  local peer = listener:accept { timeout = "1s" }
  while peer and peer.peer_port ~= 43001 do
    peer = listener:accept { timeout = "3s" }
  end
  value("revived", string.format("%.0f", (now() - wrote) / 1e6), "ms")
  expect(peer and peer:read(5, { timeout = "1s" }), "what the server reads from the first"):is("hello")

  step { "The second one says nothing, so nothing ever happens: connected here, unknown there.",
         zh = "第二个客户端什么也不说，于是什么也不会发生：这边已连接，那边查无此人。" }
  expect(silent):state("ESTAB"):hold("1s"):as("the silent one goes on believing")
  expect(known(server, 43002), "what the server has of the silent one"):is("nothing")

  step { "The same flood with tcp_syncookies = 2, always: not one request.",
         zh = "同样的洪泛，tcp_syncookies = 2（总用）：一个请求也没有。" }
  cookies_are(2)
  listener = server:listen(82, { backlog = backlog })
  sent = counted(server, "TcpExtSyncookiesSent")
  drops = counted(server, "TcpExtListenDrops")
  send_syns(server, 82, flood)
  sent(flood):within("1s"):as("a cookie for every SYN")
  expect(server):count("SYN-RECV", 0, { port = 82 }):as("no SYN-RECV in the midst of a flood")
  drops(0):as("and nothing dropped")
  received = counted(server, "TcpExtSyncookiesRecv")
  mark()
  conn = client:connect(server, 82, { port = 40003, wait = false })
  expect(conn):state("ESTAB"):at(2 * delay):as("the client gets in at once, again")
  received(1):within("1s"):as("its cookie came back")
  listener:accept { timeout = "1s" }
  value("always", how_many(server, 82))

  predict {
    "A client without TCP timestamps gets a cookie. Which of its options does the connection keep?",
    zh = "不用 TCP 时间戳的客户端得到一个 cookie。它的选项，连接还保得住哪些？",
    options = { { "all of them", zh = "全部" },
                { "the segment size, roughly; no window scale, no SACK", zh = "报文段大小，大致保住；没有窗口扩大，没有 SACK" },
                { "the window scale; not the segment size", zh = "窗口扩大；报文段大小保不住" } },
    answer = 2,
    why = { "The cookie has room for one of four segment sizes. Everything else would have to be in the timestamp.",
            zh = "cookie 里只容得下四种报文段大小之一。其余的都得寄存在时间戳里。" },
  }
  step { "What cookies cost. The request's options have no place to be kept, except in the client's timestamp: " ..
         "with it they survive, roughly.",
         zh = "cookie 的代价。请求的选项没有地方存，只能寄存在时间戳里：用时间戳，选项还在，但打了折扣。" }
  local synack, far = options(client, server, listener)
  expect(synack.wscale, "window scale with a cookie"):is(7)
  expect(synack.sackok, "SACK with a cookie"):is(true)
  expect(far.snd_mss, "segment size with a cookie"):is(1288)
  value("ts_mss", far.snd_mss)

  step { "A client without timestamps: the SYN-ACK has no option left but its own MSS. 64 KB of window, no SACK, " ..
         "for as long as the connection lives.",
         zh = "不用时间戳的客户端：SYN-ACK 里除了自己的 MSS，什么选项都不剩。窗口最多 64 KB，没有 SACK，直到连接结束。" }
  client:sysctl("net.ipv4.tcp_timestamps", 0)
  synack, far = options(client, server, listener)
  expect(synack.wscale, "window scale with a cookie and no timestamp"):is(nil)
  expect(synack.sackok, "SACK with a cookie and no timestamp"):is(false)
  expect(far.snd_mss, "segment size with a cookie and no timestamp"):is(1300)
  value("cookie_mss", far.snd_mss)
  cookies_are(0)
  synack, far = options(client, server, listener)
  expect(synack.wscale, "window scale without a cookie"):is(7)
  expect(synack.sackok, "SACK without a cookie"):is(true)
  expect(far.snd_mss, "segment size without a cookie"):is(1400)
  value("real_mss", far.snd_mss)

  if full then
    step { "Two minutes later the silent client speaks at last. Its cookie is too old, and nobody knows it: RST.",
           zh = "两分钟过去，沉默的客户端终于开口。它的 cookie 已经太旧，没有谁认得它：RST。" }
    cookies_are(1)
    sleep("130s")
    expect(silent):state("ESTAB"):as("it has believed for two minutes")
    silent:write("hello")
    local _, _, why = silent:read(1, { timeout = "1s" })
    expect(why, "what the silent client reads"):is("ECONNRESET")
  end
end
