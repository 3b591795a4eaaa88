-- SPDX-License-Identifier: MIT
title   = { "A FIN that nobody acknowledges", zh = "没有人确认的 FIN" }
summary = { "close() into a black hole, against shutdown(): who counts the FINs, and who is told",
            zh = "对端消失之后的 close() 与 shutdown()：FIN 由谁来数，结局有谁知道" }
lesson  = "orphan-retries"
hosts   = { "client", "server" }

local delay = param("delay", "1ms", {
  min = "1ms", max = "20ms",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local orphan_retries = param("orphan_retries", full and 0 or 1, {
  min = 0, max = 8,
  help = { "tcp_orphan_retries of the client (0, the default, means 8)",
           zh = "客户端的 tcp_orphan_retries（默认 0，当作 8）" },
})
local then_retries = param("then_retries", full and 1 or 2, {
  min = 0, max = 8,
  help = { "tcp_orphan_retries for the orphan after that", zh = "之后那个孤儿用的 tcp_orphan_retries" },
})
local retries2 = param("retries2", full and 15 or 2, {
  min = 1, max = 15,
  help = { "tcp_retries2 of the client", zh = "客户端的 tcp_retries2" },
})
local window_retries = param("window_retries", 2, {
  min = 2, max = 8,
  help = { "tcp_orphan_retries behind a closed window: try whether it matters",
           zh = "窗口关闭时的 tcp_orphan_retries：试试它有没有用" },
})
local hole = param("hole", true, {
  help = { "does the network really fail?", zh = "网络是否真的中断" },
})
local reads = param("reads", false, {
  help = { "does the server read what fills its window?", zh = "服务器是否读走塞满窗口的数据" },
})
local ms <const>     = 1000 * 1000
local second <const> = 1000 * ms
local knob <const>   = "net.ipv4.tcp_orphan_retries"
local closes <const>, passive <const>, again <const>, shuts <const>, stuck <const> = 40001, 40002, 40003, 40004, 40005

-- tcp_model_timeout(): the time that n retransmissions take which double from 200 ms on, up to 120 s each.
local function budget(n)
  local doubled = math.min(n, 9)
  return ((2 << doubled) - 1) * 200 * ms + (n - doubled) * 120 * second
end

local function orphan(n)
  return budget(n == 0 and 8 or n)
end

-- When the FINs leave and the kernel gives up, if no timer is late. The second FIN is a loss probe after one
-- time-out; then come the time-outs, which double. Time is counted from the first of those.
local function schedule(rto, time)
  local fins, t = { 0, rto }, 2 * rto
  repeat
    fins[#fins + 1] = t
    t = t + math.min(t, 120 * second)
  until t - 2 * rto >= time
  return fins, t
end

local usual <const> = 200 * ms + 2 * delay      -- the RTO after a handshake
local _, first_end  = schedule(usual, orphan(orphan_retries))
local _, then_end   = schedule(usual, orphan(then_retries))
local _, held_end   = schedule(usual, budget(retries2))
local _, default    = schedule(220 * ms, budget(8))
local _, lowered    = schedule(220 * ms, budget(1))
local _, default2   = schedule(220 * ms, budget(15))
local probing       = full and 1023 * usual + 120 * second or 2 * second

link        = { delay = delay }
length      = 2 * first_end + then_end + held_end + probing + second
full_length = 2 * default + lowered + default2 + 1023 * 220 * ms + 121 * second
limit       = 2 * length + (full and 3600 or 30) * second
sysctl      = { client = { [knob] = orphan_retries, ["net.ipv4.tcp_retries2"] = retries2 } }

-- How many FINs that makes: the timers may add up to an eighth, and then time is over sooner.
local function how_many(rto, time)
  return { min = #schedule(rto + rto // 8, time), max = #schedule(rto, time) }
end

-- What fails where the network does not: without `full` the orphans' 60 s in FIN-WAIT-2 are too long as well.
local unbroken = {
  "FINs of the orphan", "the life of the orphan", "given up: the orphan", "FINs of LAST-ACK", "the life of LAST-ACK",
  "the next orphan is gone", "FINs of the next orphan", "the life of the next orphan",
  "the half-closed one is gone", "FINs of the half-closed one", "the life of the half-closed one",
  "what its process can read", "given up: all four", "loss probes", "connections that only the server believes in",
  "one that waits for a FIN", "what the server reads once it has written",
}
if not full then
  table.insert(unbroken, "the orphan is gone")
end

counter_runs = {
  { name  = { "the network does not fail: one FIN is enough", zh = "网络没有中断：一个 FIN 就够" },
    param = { hole = false },
    fails = unbroken },
  { name  = { "the server reads: the FIN gets away", zh = "服务器读走数据：FIN 发得出去" },
    param = { reads = true },
    fails = full and { "the peer answers probes", "no FIN has left", "the orphan behind the window is gone",
                       "the peer of that orphan", "what the peer reads after that" } or
            { "the peer answers probes", "no FIN has left" } },
}
if full then
  counter_runs[3] = {
    name  = { "another tcp_orphan_retries than the lab thinks", zh = "tcp_orphan_retries 与实验设想的不同" },
    set   = { ["client." .. knob] = 1 },
    fails = { "FINs of the orphan", "FINs of LAST-ACK", "the peer answers probes", "the orphan behind the window is gone" },
  }
  counter_runs[4] = {
    name  = { "another tcp_retries2 than the lab thinks: behind the window it decides too",
              zh = "tcp_retries2 与实验设想的不同：窗口关着时，它也说了算" },
    set   = { ["client.net.ipv4.tcp_retries2"] = 8 },
    fails = { "FINs of the half-closed one", "the orphan behind the window is gone", "what the peer reads after that" },
  }
end

-- FIN by FIN, until the socket is gone. `each`: every one of them is held against its time.
local function watch(client, port, time, who, each, act)
  local rto = client:sockets({ port = port })[1].rto_us * 1000
  local n = how_many(rto, time)
  local _, longest = schedule(rto, time)
  local function fin(i)
    return { flags = "FA", dir = "out", port = port, nth = i }
  end
  local start = mark()
  act()
  local ends = spawn(function()
    expect(client):state("CLOSED", { port = port }):within(longest + longest // 8 + second):as(who .. " is gone")
    return now()
  end)
  expect(client):packet(fin(1)):at(0):as(who .. ": FIN 1")
  local sent, last, nominal, wait, seen = 1, start, 0, rto, { "0" }
  while true do
    sleep(math.max(last + wait + wait // 8 + 30 * ms - now(), 0))
    nominal = nominal + wait
    local again = client:packet(fin(sent + 1))
    if not again then
      break
    end
    sent = sent + 1
    if each then
      expect(client):packet(fin(sent)):at(nominal):as(who .. ": FIN " .. sent)
    end
    last = again.t
    seen[sent] = string.format("%.2f", (last - start) / second)
    wait = math.min(nominal, 120 * second)
  end
  local lived = ends:join() - start
  local count = expect(sent, "FINs of " .. who):as("FINs of " .. who)
  if n.min == n.max then
    count:is(n.min)
  else
    count:between(n.min, n.max)
  end
  expect(lived, "the life of " .. who):about(nominal // ms .. "ms"):as("the life of " .. who)
  return sent, string.format("%.2f", lived / second), table.concat(seen, ", "), rto
end

-- From the first zero window on probes go out, each wait twice the one before, but doubled tcp_retries2 times at
-- most (tcp_send_probe0()). tcp_probe_timer() ends an orphan when that wait would be 120 s or more. With a small
-- tcp_retries2 it never gets there, and the orphan stays: then nil.
local function behind_window(rto)
  local t, doubled = 0, 0
  while rto < 120 * second do
    t, rto, doubled = t + rto, 2 * rto, doubled + 1
  end
  return doubled <= retries2 and t + 120 * second or nil
end

local function only(client, port)
  return client:sockets({ port = port })[1] or {}
end

local function owner(host, port)
  return only(host, port).owner and "a process" or "nobody"
end

function run(client, server)
  step { "Four connections. On the second the server has closed its half already: CLOSE-WAIT. Then the network " ..
         "fails, both ways, and nobody is told.",
         zh = "四条连接。第二条上，服务器已先关掉自己的一半：CLOSE-WAIT。然后网络两个方向都断了，没有人得到通知。" }
  local listener = server:listen(80)
  local conns, peers = {}, {}
  for _, port in ipairs { closes, passive, again, shuts } do
    conns[port] = client:connect(server, 80, { port = port })
    peers[port] = listener:accept { timeout = "1s" }
  end
  peers[passive]:shutdown("write")
  expect(conns[passive]):state("CLOSE-WAIT"):within("500ms")
  sleep("100ms")
  if hole then
    client:link { loss = 1 }
    server:link { loss = 1 }
  end

  predict {
    "A FIN without an answer is sent again and again. What ends that?",
    zh = "FIN 没有应答，会一遍遍重发。什么时候才停？",
    options = { { "so many FINs have been sent as tcp_orphan_retries says", zh = "发够 tcp_orphan_retries 个 FIN" },
                { "the process ends", zh = "进程结束" },
                { "the time is over that so many doubling waits take", zh = "那么多次加倍等待所需的时间到了" } },
    answer = 3,
    why = { "The kernel makes a time of the number, and looks at it whenever the timer fires.",
            zh = "内核把这个次数换算成时间，每次定时器到期时看一眼。" },
  }
  step { "The program closes the first one. close() returns at once. The FIN is lost, and what stays is an orphan: " ..
         "FIN-WAIT-1, without a process.",
         zh = "程序关闭第一条。close() 立刻返回。FIN 丢了，留下一个孤儿：处于 FIN-WAIT-1，没有进程。" }
  local took, mine
  local n, lived, list, rto = watch(client, closes, orphan(orphan_retries), "the orphan", true, function()
    local t0 = now()
    conns[closes]:close()
    took, mine = now() - t0, owner(client, closes)
  end)
  expect(took < rto, "close() returned before the first time-out"):is(true)
  expect(mine, "who owns the socket after close()"):is("nobody")
  value("rto", string.format("%.0f", rto / ms), "ms")
  value("fins", n)
  value("at", list, "s")
  value("budget", string.format("%.1f", orphan(orphan_retries) / second), "s")
  value("orphan_lived", lived, "s")
  expect(client):counter("TcpExtTCPAbortOnTimeout", 1):as("given up: the orphan")

  step { "The second connection, from CLOSE-WAIT: LAST-ACK. The same state of affairs under another name, and the " ..
         "same knob.",
         zh = "关闭第二条，它从 CLOSE-WAIT 进入 LAST-ACK。换了个名字，情形一样，旋钮也一样。" }
  n, lived = watch(client, passive, orphan(orphan_retries), "LAST-ACK", false, function()
    conns[passive]:close()
    expect(client):state("LAST-ACK", { port = passive })
  end)
  value("last_ack_fins", n)
  value("last_ack_lived", lived, "s")

  step { "The third one, with tcp_orphan_retries = " .. then_retries .. ". Count the FINs: it is not their number.",
         zh = "第三条，tcp_orphan_retries 改为 " .. then_retries .. "。数一数 FIN：这个值并不是它们的个数。" }
  client:sysctl(knob, then_retries)
  n, lived = watch(client, again, orphan(then_retries), "the next orphan", false, function() conns[again]:close() end)
  value("next_fins", n)
  value("next_budget", string.format("%.1f", orphan(then_retries) / second), "s")
  value("next_lived", lived, "s")

  predict {
    "shutdown() instead of close(): FIN-WAIT-1 too. Who decides now how long it lasts?",
    zh = "不用 close()，改用 shutdown()：同样是 FIN-WAIT-1。这回它持续多久由谁决定？",
    options = { "tcp_orphan_retries", "tcp_retries2", "tcp_fin_timeout" },
    answer = 2,
    why = { "A process still has the socket: it is no orphan, whatever its state is called.",
            zh = "套接字还有进程，状态叫什么都不是孤儿。" },
  }
  step { "The last one with shutdown(). The same FIN and the same state, but a process has the socket. Now it is " ..
         "tcp_retries2 that counts: " .. retries2 .. ".",
         zh = "最后一条用 shutdown()。FIN 一样，状态一样，但套接字还有进程。这回管事的是 tcp_retries2：" ..
              retries2 .. "。" }
  n, lived = watch(client, shuts, budget(retries2), "the half-closed one", false, function()
    conns[shuts]:shutdown("write")
    mine = owner(client, shuts)
  end)
  expect(mine, "who owns the socket after shutdown()"):is("a process")
  value("held_fins", n)
  value("held_budget", string.format("%.1f", budget(retries2) / second), "s")
  value("held_lived", lived, "s")
  expect(conns[shuts]:error(), "what its process can read"):is("ETIMEDOUT"):as("what its process can read")
  expect(client):counter("TcpExtTCPAbortOnTimeout", 4):as("given up: all four")
  expect(client):counter("TcpExtTCPLossProbes", 4):as("loss probes")
  expect(client):counter("TcpOutRsts", 0):as("RSTs that the client sent")

  predict {
    "The client has given all four up. What does the server think of them?",
    zh = "客户端四条都放弃了。服务器那边是怎么看的？",
    options = { { "they are reset: each got an RST", zh = "已重置：每条都收到了 RST" },
                { "nothing has changed", zh = "什么也没变" },
                { "it has closed them after a while", zh = "过了一阵，自己关掉了" } },
    answer = 2,
    why = { "The kernel gives up in silence, and without keepalive or data to send no connection ends by itself.",
            zh = "内核不声不响地放弃；没有保活、也没有数据要发的连接，自己永远不会结束。" },
  }
  step { "The network is back. The server has heard nothing: three connections stand, and one waits for the other " ..
         "half to be closed.",
         zh = "网络恢复了。服务器什么也没听到：三条连接还在，另一条还在等对方关掉另一半。" }
  client:link { loss = 0 }
  server:link { loss = 0 }
  expect(server):count("ESTAB", 3):as("connections that only the server believes in")
  expect(server):count("FIN-WAIT-2", 1):as("one that waits for a FIN")
  expect(peers[closes]:error(), "SO_ERROR at the server"):is(nil)
  peers[closes]:write("hello")
  local _, _, why = peers[closes]:read(1, { timeout = "1s" })
  expect(why, "what the server reads then"):is("ECONNRESET"):as("what the server reads once it has written")

  predict {
    "The peer's window is shut, and the program calls close(). How many FINs leave before it opens?",
    zh = "对端的窗口关着，程序调用 close()。窗口打开之前会发出几个 FIN？",
    options = { { "none", zh = "一个也没有" }, { "one", zh = "一个" },
                { "one, and it is repeated", zh = "一个，并且会重发" } },
    answer = 1,
    why = { "It comes after the data in sequence, and the data cannot leave.",
            zh = "它的序号排在数据之后，而数据走不了。" },
  }
  step { "A new connection, and a server that does not read. The window closes; then the client closes. FIN-WAIT-1, " ..
         "but the FIN cannot leave: it waits behind the data.",
         zh = "新开一条连接，服务器不读数据。窗口关上之后，客户端 close()。状态是 FIN-WAIT-1，FIN 却走不了：它排在数据后面。" }
  client:sysctl(knob, window_retries)
  local slow = server:listen(81, { set = { SO_RCVBUF = 4096 } })
  local opened = now()
  local conn = client:connect(server, 81, { port = stuck })
  local peer = slow:accept { timeout = "1s" }
  peer:set("TCP_QUICKACK", true)
  local written = conn:write(string.rep("x", 20000), { wait = false })
  value("written", written, "bytes")
  local shut, nth
  repeat
    sleep("20ms")
    nth = 0
    repeat
      nth  = nth + 1
      shut = client:packet { dir = "in", port = stuck, nth = nth }
    until not shut or shut.window == 0
  until shut or now() > opened + 2 * second
  rto = only(client, stuck).rto_us * 1000
  mark()
  conn:close()
  expect(client):state("FIN-WAIT-1", { port = stuck }):at(0):as("the kernel says FIN-WAIT-1")
  expect(only(client, stuck).timer, "the timer of that orphan"):is("probe")
  local t0 = now()
  if reads then
    peer:read("a", { timeout = "1s" })
  end
  expect(client):state("FIN-WAIT-1", { port = stuck }):hold(full and "200s" or "1500ms"):as("the peer answers probes")
  local fin = client:packet { flags = "FA", dir = "out", port = stuck }
  expect(fin == nil, "no FIN has left"):is(true):as("no FIN has left")
  if not full then
    return
  end

  local ends = behind_window(rto)
  if not ends then
    step { "The peer answers every probe. The waits are doubled only " .. retries2 .. " times (tcp_retries2), too few " ..
           "for the kernel to lose patience: this orphan stays.",
           zh = "每个探测对端都应答。等待只加倍 " .. retries2 .. " 次（tcp_retries2），还不够让内核失去耐心：这个孤儿就一直留着。" }
    expect(client):state("FIN-WAIT-1", { port = stuck }):hold("600s"):as("the orphan behind the window stays")
    return
  end
  step { "The peer answers every probe: it lives, its window is shut. Still the kernel does not wait for ever for " ..
         "a socket that nobody has.",
         zh = "每个探测对端都应答：它活着，只是窗口关着。但内核不会为一个没有主人的套接字永远等下去。" }
  -- to a tenth of a second: two runs differ by nanoseconds
  ends = (shut.t + ends - t0) // (100 * ms) * 100 * ms
  expect(client):state("CLOSED", { port = stuck }):at(ends):as("the orphan behind the window is gone")
  value("stuck_lived", string.format("%.1f", (now() - t0) / second), "s")
  expect(server):state("ESTAB", { port = stuck }):as("the peer of that orphan")
  local got = peer:read(20000, { timeout = "1s" })
  value("got", #(got or ""), "bytes")
  _, _, why = peer:read(1, { timeout = "1s" })
  expect(why, "what the peer reads after that"):is("ECONNRESET"):as("what the peer reads after that")
end
