-- SPDX-License-Identifier: MIT
title   = { "The CLOSE-WAIT leak", zh = "CLOSE-WAIT 泄漏" }
summary = { "A server that ignores the end of input: what grows, what stays, what runs out, and who notices",
            zh = "服务器不理会输入结束：什么在增长，什么留下，什么耗尽，谁会发现" }
lesson  = not own_server and "close-wait-leak" or nil -- it tells of the lab's own servers
hosts   = { "client", "server" }
takes_server = true

local clients = param("clients", 5, {
  min = 2, max = 30,
  help = { "clients that come, speak and go", zh = "来了、说完话、离开的客户数" },
})
local mended = param("mended", false, {
  help = { "does the server close when its client has gone?", zh = "客户走后，服务器是否关闭" },
})
local patience = param("patience", "1s", {
  min = "100ms", max = "5s",
  help = { "how long the slow server takes", zh = "慢的那个服务器要多久" },
})
local delay = param("delay", "10ms", {
  min = "1ms", max = "50ms",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local second <const> = 1000 * 1000 * 1000
local lingers <const> = full and 60 or 2

link        = { delay = delay }
length      = full and "4min" or "11s"
full_length = "4min"
limit       = "10min"
sysctl      = { client = { ["net.ipv4.tcp_fin_timeout"] = lingers } }

counter_runs = {
  { name  = { "the server closes when its client has gone: nothing leaks", zh = "客户一走服务器就关闭：什么也不泄漏" },
    param = { mended = true },
    fails = { "CLOSE-WAIT at the server", "FIN-WAIT-2 at the client", "CLOSE-WAIT stays",
              'the timer of a socket in CLOSE-WAIT is "none"' } },
}

-- A client comes, says a line, reads the answer and goes.
local function visit(client, server, port)
  local conn = assert(client:connect(server, port, { timeout = "5s" }))
  conn:write("hello\n")
  local answer = conn:read(16, { timeout = "5s" })
  conn:close()
  return answer
end

-- A server of the learner's (--server COMMAND): does it leak?
local function examine(client, server)
  step { "Your server starts. " .. 2 * clients .. " clients come, ask for something, and go: half of them close, and half only say that they have nothing more to say.",
         zh = "你的服务器启动。来了 " .. 2 * clients .. " 个客户，各问一句就走：一半直接关闭，一半只说自己没有话要说了。" }
  local program = server:exec(own_server)
  local port = assert(program:listening())
  local answered, half_open = 0, {}
  for i = 1, 2 * clients do
    local conn = assert(client:connect(server, port, { timeout = "5s" }))
    conn:write("GET / HTTP/1.0\r\nHost: server\r\n\r\n")
    local answer = conn:read(65536, { timeout = "5s" })
    answered = answered + ((answer and answer ~= "") and 1 or 0)
    if i % 2 == 0 then
      conn:shutdown("write")
      half_open[#half_open + 1] = conn
    else
      conn:close()
    end
  end
  value("answered", answered)
  note { answered .. " of " .. 2 * clients .. " got an answer.", zh = 2 * clients .. " 个里有 " .. answered .. " 个得到了回答。" }

  step { "All of them have said that they are done. A server that closes has no CLOSE-WAIT after a while, however slow it is.",
         zh = "他们全都说过自己结束了。会关闭的服务器，不论多慢，过一阵子就不再有 CLOSE-WAIT。" }
  expect(server):count("CLOSE-WAIT", 0, { port = port }):within((full and 300 or 10) * second):as("CLOSE-WAIT is empty")
  local left = #server:sockets { state = "CLOSE-WAIT", port = port }
  for _, conn in ipairs(half_open) do
    conn:close()
  end
  value("leaked", left)
  if left == 0 then
    note { "It does not leak.", zh = "它不泄漏。" }
  else
    note { "It leaks: " .. left .. " connections whose client has gone are still open in the program.",
           zh = "它泄漏：客户已经走了的连接，还有 " .. left .. " 条在程序里开着。" }
  end

  step { "One more client.", zh = "再来一个客户。" }
  local conn = client:connect(server, port, { timeout = "5s" })
  expect(conn ~= nil, "can a client still connect?"):is(true)
  if conn then
    conn:write("GET / HTTP/1.0\r\nHost: server\r\n\r\n")
    local answer, _, why = conn:read(65536, { timeout = "5s" })
    expect(answer and answer ~= "" or why or "no answer", "does it get an answer?"):is(true)
    conn:close()
    sleep(3 * delay)
  end
end

function run(client, server)
  if own_server then
    examine(client, server)
    return
  end
  local listener = server:listen(80)
  local leaked = {}

  step { "A server reads a line, answers, and never looks again. " .. clients .. " clients come, speak and go. " ..
         "Each close of a client is a FIN, and each FIN makes a CLOSE-WAIT.",
         zh = "服务器读一行，作答，然后再也不看。" .. clients .. " 个客户来了，说完话就走。" ..
              "每个客户的关闭都是一个 FIN，每个 FIN 都造出一个 CLOSE-WAIT。" }
  local serving = spawn(function()
    for i = 1, clients do
      local peer = assert(listener:accept { timeout = "20s" })
      peer:read(16, { timeout = "5s" })
      peer:write("welcome\n")
      if mended then
        peer:read(1, { timeout = "5s" })
        peer:close()
      else
        leaked[i] = peer
      end
    end
  end)
  for _ = 1, clients do
    visit(client, server, 80)
  end
  serving:join()
  sleep(3 * delay)
  sleep("100ms")
  expect(server):count("CLOSE-WAIT", clients):as("CLOSE-WAIT at the server")
  expect(client):count("FIN-WAIT-2", clients):as("FIN-WAIT-2 at the client")
  value("leaked", #server:sockets { state = "CLOSE-WAIT" })
  value("waiting", #client:sockets { state = "FIN-WAIT-2" })
  local one = server:sockets { state = "CLOSE-WAIT" }[1] or {}
  expect(one.timer or (one.state and "none"), "the timer of a socket in CLOSE-WAIT"):is("none")

  predict {
    "Nobody touches anything for minutes. Which of the two halves is still there?",
    zh = "几分钟里谁也不去动。两边的那一半，哪个还在？",
    options = { { "both", zh = "都在" }, { "the client's", zh = "客户端那一半" },
                { "the server's", zh = "服务器那一半" }, { "neither", zh = "都不在" } },
    answer = 3,
    why = { "FIN-WAIT-2 without an owner has tcp_fin_timeout. CLOSE-WAIT has an owner and no timer: it waits for its program.",
            zh = "没有主人的 FIN-WAIT-2 受 tcp_fin_timeout 限制。CLOSE-WAIT 有主人，没有定时器：它等的是自己的程序。" },
  }
  step { "Time passes. The client's kernel forgets its half after tcp_fin_timeout. The server's kernel " ..
         "forgets nothing: no timer runs, and only the program can end it.",
         zh = "时间过去。tcp_fin_timeout 之后，客户端内核忘掉自己那一半。服务器内核什么也不忘：没有定时器在走，只有程序能了结它。" }
  expect(client):count("FIN-WAIT-2", 0):within((lingers + 2) * second):as("FIN-WAIT-2 is over")
  expect(server):count("CLOSE-WAIT", clients):hold((full and 60 or 1) * second):as("CLOSE-WAIT stays")

  predict {
    "The server writes to a client that closed long ago. What does its first write() say?",
    zh = "服务器给一个早已关闭的客户写数据。第一次 write() 会怎样？",
    options = { "ECONNRESET", "EPIPE", { "it succeeds", zh = "成功" } },
    answer = 3,
    why = { "write() copies into a buffer. Only the RST that comes back tells the kernel, and the next call the program.",
            zh = "write() 只是拷进缓冲区。回来的 RST 才告诉内核，下一次调用才告诉程序。" },
  }
  step { "The server writes to one of those clients at last. The first write() succeeds, for the kernel takes it. " ..
         "RST comes back, and the second write() says EPIPE (and sends SIGPIPE).",
         zh = "服务器终于给其中一个客户写数据。第一次 write() 成功，因为内核收下了。RST 回来，第二次 write() 就是 EPIPE（并发 SIGPIPE）。" }
  if leaked[1] then
    expect(leaked[1]:write("are you there?\n"), "the first write()"):is(15)
    expect(leaked[1]):packet { flags = "R", dir = "in" }:within("200ms")
    local _, _, errno = leaked[1]:write("hello?\n")
    expect(errno, "the second write()"):is("EPIPE")
    expect(leaked[1]):state("CLOSED")
    for _, peer in ipairs(leaked) do
      peer:close()
    end
  end
  expect(server):count("CLOSE-WAIT", 0):within("1s"):as("close() ends it")

  step { "A connection that died in the accept queue: its client came, spoke and went before the program called accept(). " ..
         "CLOSE-WAIT, and no process has it. accept() hands out the words of one who is gone.",
         zh = "死在 accept 队列里的连接：程序还没调用 accept()，客户已经来过、说完、走了。它处于 CLOSE-WAIT，不属于任何进程。accept() 交出来的，是一个已经离开的人的话。" }
  local conn = client:connect(server, 80)
  conn:write("hello\n")
  sleep(3 * delay)
  conn:close()
  expect(server):count("CLOSE-WAIT", 1):within("200ms")
  one = server:sockets { state = "CLOSE-WAIT" }[1] or {}
  expect(one.owner, "does a process have it?"):is(false)
  local peer = assert(listener:accept { timeout = "1s" })
  expect(peer:read(16, { timeout = "1s" }), "the first read()"):is("hello\n")
  expect(peer:read(16, { timeout = "1s" }), "the second read()"):is("")
  peer:close()

  step { "A server that is merely slow looks the same for a while: CLOSE-WAIT lasts as long as the program takes.",
         zh = "只是慢的服务器，有一阵子看起来一样：程序要多久，CLOSE-WAIT 就有多久。" }
  conn = client:connect(server, 80)
  peer = assert(listener:accept { timeout = "1s" })
  conn:close()
  expect(peer):state("CLOSE-WAIT"):within("200ms")
  local t0 = now()
  sleep(patience)
  expect(peer):state("CLOSE-WAIT")
  peer:close()
  expect(peer):state("CLOSED"):within("200ms"):as("the slow one is done")
  value("slow", string.format("%.2f", (now() - t0) / second), "s")

  predict {
    "A server has run out of descriptors. A new client connects. What does it see?",
    zh = "一台服务器的描述符用完了。新客户来连接，会看到什么？",
    options = { "ECONNREFUSED", { "connect() hangs", zh = "connect() 挂住" },
                { "connect() succeeds, and nobody answers", zh = "connect() 成功，但没有人回答" } },
    answer = 3,
    why = { "The kernel shakes hands without the program; accept() is what fails.",
            zh = "握手由内核完成，不需要程序；失败的是 accept()。" },
  }
  step { "What a leak ends in: a real program with 16 descriptors. When they are gone accept() says EMFILE. " ..
         "New clients connect all the same, to the kernel, and wait for an answer that nobody writes.",
         zh = "泄漏的结局：一个真实的程序，只有 16 个描述符。用完之后 accept() 返回 EMFILE。新客户照样连得上，因为应答的是内核，然后等一个没有人写的回答。" }
  local program = assert(server:exec { "sh", "-c", "ulimit -n 16; exec python3 servers/leaky.py 8080",
                                       env = { PYTHONUNBUFFERED = "1" } })
  assert(program:listening(8080, { timeout = "30s" }))
  local served, last = 0, nil
  for _ = 1, 20 do
    last = assert(client:connect(server, 8080, { timeout = "5s" }))
    last:write("hello\n")
    local answer = last:read(64, { timeout = "2s" })
    if not answer or answer == "" then
      break
    end
    served = served + 1
    last:close()
  end
  value("served", served)
  expect(served, "clients that were served"):between(1, 16)
  expect(last):state("ESTAB"):as("the next client is connected")
  expect(server):count("CLOSE-WAIT", { min = served, port = nil }):as("what the served ones left behind")
  expect(select(3, last:read(1, { timeout = "2s" })), "what it reads"):is("TIMEOUT")
  program:kill("KILL")
  program:wait { timeout = "10s" }
  expect(server):count("CLOSE-WAIT", 0):within("1s"):as("the end of the process ends them all")
  sleep(3 * delay)
end
