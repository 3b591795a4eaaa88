-- SPDX-License-Identifier: MIT
title   = { "Nobody answers a SYN", zh = "SYN 没有回音" }
summary = { "How often a SYN is sent, when connect() gives up, and what it says then",
            zh = "SYN 重发几次，connect() 何时放弃，放弃时怎么说" }
lesson  = "syn-timeout"
hosts   = { "client", "server" }

local delay = param("delay", "20ms", {
  min = "1ms", max = "200ms",
  help = { "one-way delay of the link", zh = "链路的单程时延" },
})
local retries = param("retries", full and 6 or 2, {
  min = 1, max = 6,
  help = { "tcp_syn_retries of the client", zh = "客户端的 tcp_syn_retries" },
})
local linear = param("linear", since "6.5" and 4 or 0, {
  min = 0, max = since "6.5" and 6 or 0,
  help = { "tcp_syn_linear_timeouts (since Linux 6.5; before: 0)",
           zh = "tcp_syn_linear_timeouts（6.5 才有，之前等于 0）" },
})
local syncnt = param("syncnt", 1, {
  min = 1, max = 6,
  help = { "TCP_SYNCNT of the impatient socket", zh = "那个性急的套接字的 TCP_SYNCNT" },
})
local second <const> = 1000 * 1000 * 1000

-- tcp_write_timeout() and tcp_retransmit_timer() with the numbers of this run: when each SYN leaves, in
-- seconds, and when the kernel gives up. A time-out is the last one if there were as many
-- retransmissions as may be, or if the time is over in which `n` retransmissions with
-- back-off would have had no answer (retransmits_timed_out()).
local function schedule(n, linear)
  local syns, t, rto, sent = { 0 }, 0, 1, 0
  while true do
    t = t + rto
    if sent >= n + linear or (sent > 0 and t >= 2 ^ (n + 1) - 1) then
      return syns, t
    end
    sent = sent + 1
    syns[#syns + 1] = t
    if sent > linear then
      rto = rto * 2
    end
  end
end

local syns, gives_up = schedule(retries, linear)
local few, hurried   = schedule(syncnt, linear)
local _, long_form   = schedule(6, since "6.5" and 4 or 0)
local _, long_hurry  = schedule(1, since "6.5" and 4 or 0)

link        = { delay = delay }
length      = (gives_up + hurried + 1) * second
full_length = (long_form + long_hurry + 1) * second
limit       = 2 * length
sysctl      = { client = {
  ["net.ipv4.tcp_syn_retries"]         = retries,
  ["net.ipv4.tcp_syn_linear_timeouts"] = since "6.5" and linear or nil,
} }

-- The names of what fails when the kernel has other numbers than the lab: times that differ by less than
-- the timers' own coarseness do not.
local function fails(n, linear)
  local real, real_end = schedule(n, linear)
  local real_few = schedule(syncnt, linear)
  local names = {}
  for i, t in ipairs(syns) do
    if not real[i] or math.abs(real[i] - t) > t / 4 then
      names[#names + 1] = "SYN " .. i
    end
  end
  if math.abs(real_end - gives_up) > gives_up / 4 then
    names[#names + 1] = "the kernel gives up"
  end
  if #real ~= #syns then
    names[#names + 1] = "SYNs sent again"
    names[#names + 1] = "time-outs"
  end
  if #real + #real_few ~= #syns + #few then
    names[#names + 1] = "SYNs sent again, both"
  end
  return names
end

counter_runs = {
  { name  = { "one retry only: the last SYNs never leave", zh = "只重试一次：后面的 SYN 发不出来" },
    set   = { ["client.net.ipv4.tcp_syn_retries"] = 1 },
    fails = fails(1, linear) },
}
if since "6.5" then
  counter_runs[2] = {
    name  = { "back-off from the first SYN on, as before Linux 6.5",
              zh = "像 6.5 以前那样，从第一个 SYN 起就退避" },
    set   = { ["client.net.ipv4.tcp_syn_linear_timeouts"] = 0 },
    fails = fails(retries, 0),
  }
end

function run(client, server)
  step { "For comparison: nobody listens on port 81. The server says so with RST, and connect() " ..
         "fails after one round trip.",
         zh = "先作对照：81 端口没有人监听。服务器用 RST 说明这一点，一个往返之后 connect() 就失败。" }
  mark()
  local _, _, why = client:connect(server, 81)
  expect(client):packet { flags = "RA", dir = "in" }:at(2 * delay)
  expect(why, "what connect() to a closed port says"):is("ECONNREFUSED")
  expect(client):counter("TcpExtTCPSynRetrans", 0)

  step { "Now the server does listen, on port 80, but nothing reaches it any more. The client " ..
         "sends a SYN, and a timer runs.",
         zh = "现在服务器在 80 端口监听，但什么也到不了它那里。客户端发出 SYN，定时器开始走。" }
  local listener = server:listen(80)
  server:link { loss = 1 }
  mark()
  local conn = client:connect(server, 80, { wait = false })
  expect(conn):packet { flags = "S", dir = "out" }:at(0):as("SYN 1")
  local sock = client:sockets { state = "SYN-SENT" }[1] or {}
  expect(sock.timer, "the timer of a socket in SYN-SENT"):is("retrans")
  value("first_timer", sock.expires_ms or 0, "ms")

  step { "The timer fires, again and again, and each time the same SYN goes out. To the program " ..
         "nothing happens at all.",
         zh = "定时器一次次到期，每次都把同一个 SYN 再发一遍。而程序那边什么动静也没有。" }
  for i = 2, #syns do
    expect(conn):packet { flags = "S", dir = "out", nth = i }:at(syns[i] * second):as("SYN " .. i)
  end

  step { "After the last SYN it waits once more. Then the kernel gives up: the socket is closed, " ..
         "without a packet.",
         zh = "最后一个 SYN 之后还要再等一次。然后内核放弃：套接字关闭，一个包也不发。" }
  expect(conn):state("CLOSED"):at(gives_up * second):as("the kernel gives up")
  local first = conn:packet { flags = "S", dir = "out" }.t
  value("gave_up", string.format("%.2f", (now() - first) / second), "s")
  expect(client):counter("TcpExtTCPSynRetrans", #syns - 1):as("SYNs sent again")
  expect(client):counter("TcpExtTCPTimeouts", #syns):as("time-outs")
  expect(client):counter("TcpExtTCPAbortOnTimeout", 1)
  expect(client):counter("TcpAttemptFails", 2)
  expect(server):counter("TcpExtListenDrops", 0)

  step { "The program learns it from SO_ERROR, and only once: reading it clears it.",
         zh = "程序从 SO_ERROR 得知这件事，而且只有一次：读过就清零。" }
  expect(conn:error(), "SO_ERROR"):is("ETIMEDOUT")
  expect(conn:error(), "SO_ERROR, read again"):is(nil)
  conn:close()

  step { "A socket can be less patient than its host: TCP_SYNCNT. This connect() blocks, and " ..
         "returns when it is over.",
         zh = "一个套接字可以比它的主机更性急：TCP_SYNCNT。这次 connect() 是阻塞的，到结束时才返回。" }
  local t0 = now()
  _, _, why = client:connect(server, 80, { set = { TCP_SYNCNT = syncnt } })
  expect(why, "what the blocking connect() says"):is("ETIMEDOUT")
  expect(now() - t0, "how long connect() took"):about(hurried .. "s", hurried * 125 + 250 .. "ms")
  value("hurried", string.format("%.2f", (now() - t0) / second), "s")
  expect(client):counter("TcpExtTCPSynRetrans", #syns - 1 + #few - 1):as("SYNs sent again, both")

  local seen = {}
  for i = 1, #syns do
    local syn = conn:packet { flags = "S", dir = "out", nth = i }
    seen[i] = syn and string.format("%.2f", (syn.t - first) / second)
  end
  value("syns", table.concat(seen, ", "), "s")
  value("n_syns", #seen)
end
