-- SPDX-License-Identifier: MIT
-- Processes that die: in mid-wait, with and without unread data, and what others notice of it.
title = { "Crashes", zh = "崩溃" }
hosts = { "client", "server" }
link = { delay = "5ms" }

function run(client, server)
  predict {
    "A process is killed. What does its kernel send?", zh = "进程被杀死，内核会发送什么？",
    options = { { "RST", zh = "RST" }, { "FIN", zh = "FIN" }, { "nothing", zh = "什么都不发" } },
    answer = 2,
    why = { "It closes the descriptors, as close() does.", zh = "内核关闭描述符，等同于 close()。" },
  }
  local listener = server:listen(80)

  step { "Killed in read()", zh = "在 read() 中被杀" }
  local accepted
  local worker = spawn(function()
    local conn <close> = listener:accept()
    accepted = conn
    conn:read()
    error("never")
  end)
  local conn = client:connect(server, 80)
  sleep "20ms"
  server:crash(worker)
  expect(accepted.closed):is(true)
  expect(conn:read(), "the peer reads the end"):is("")
  expect(server):packet { dir = "out", flags = "FA" }
  expect(server):state("FIN-WAIT-2"):within("20ms")
  local result, why = worker:join()
  expect(result, "join"):is(nil)
  expect(why, "why"):is("crashed")
  conn:close()

  step { "Killed with unread data", zh = "有未读数据时被杀" }
  local other = spawn(function()
    local c = listener:accept()
    sleep "1h"
  end)
  local second = client:connect(server, 80)
  second:write("unread")
  sleep "20ms"
  server:crash(other)
  local data, message, errno = second:read()
  expect(errno, "the peer's read"):is("ECONNRESET")
  expect(server):packet { dir = "out", flags = "RA" }

  step { "Somebody else waits", zh = "还有别人在等" }
  local shared
  local owner = spawn(function()
    shared = server:listen(81)
    sleep "1h"
  end)
  sleep "1ms"
  local waiter = spawn(function()
    return select(3, shared:accept())
  end)
  sleep "1ms"
  server:crash(owner)
  expect(waiter:join(), "its accept"):is("EBADF")
  expect(server):state("CLOSED", { port = 81 })
  expect(owner:join(), "join"):is(nil)

  step { "The waiter dies", zh = "等待者死去" }
  local victim = spawn(function() return listener:accept() end)
  sleep "1ms"
  server:crash(victim)
  expect(listener.closed, "the listener of another actor"):is(false)
  listener:close()

  step { "Fifty at once", zh = "一次五十个" }
  local many = spawn(function()
    local l = server:listen(82)
    client:burst(server, 82, { listener = l, count = 50, close = "none" })
    sleep "1h"
  end)
  sleep "100ms"
  expect(server):count("ESTAB", 50)
  server:crash(many)
  expect(server):count("FIN-WAIT-1", 50)
  expect(client):count("CLOSE-WAIT", 50):within("20ms")
  client:crash(many)
  expect(client):count("LAST-ACK", 50)
end
