{"ev":"step","text":{"en":"The client's kernel may deal out 8 ports. So many connections, one after the other, each closed at once: whoever closes first is left with a TIME-WAIT.","zh":"客户端内核可以分配 8 个端口。一条接一条地建立同样多的连接，每条都立刻关闭：谁先关闭，谁那边就留下一个 TIME-WAIT。"}}
{"ev":"expect","name":"TIME-WAIT at the client","verdict":"pass"}
{"ev":"expect","name":"TIME-WAIT at the server","verdict":"pass"}
{"ev":"expect","name":"does a process own a TIME-WAIT? is false","verdict":"pass"}
{"ev":"expect","name":"ports of the first half with the parity of the first one is 4","verdict":"pass"}
{"ev":"predict","text":{"en":"All 8 ports have a TIME-WAIT towards port 80 of the server. What does the next connect() to port 80 do?","zh":"8 个端口都有一个指向服务器 80 端口的 TIME-WAIT。下一次 connect() 到 80 端口会怎样？"},"options":[{"en":"it fails at once","zh":"立刻失败"},{"en":"it sends a SYN, and the server refuses it","zh":"发出 SYN，被服务器拒绝"},{"en":"it waits until a TIME-WAIT is over","zh":"一直等到某个 TIME-WAIT 结束"}],"answer":1}
{"ev":"step","text":{"en":"One connection too many: connect() fails at once. The kernel found no port that is free towards this address and port, and not even a SYN left.","zh":"多出来的一条：connect() 立刻失败。内核找不到一个对这个地址和端口来说空闲的端口，连 SYN 都没有发出去。"}}
{"ev":"expect","name":"one connection too many is \"EADDRNOTAVAIL\"","verdict":"pass"}
{"ev":"expect","name":"not even a SYN leaves is true","verdict":"pass"}
{"ev":"predict","text":{"en":"And connect() to port 81 of the same server?","zh":"那么 connect() 到同一台服务器的 81 端口呢？"},"options":[{"en":"the same error: there is no port left","zh":"同样的错误：端口没有了"},{"en":"it works, with one of these ports","zh":"成功，用的就是这些端口之一"},{"en":"it works, with a port outside of the range","zh":"成功，用的是范围之外的端口"}],"answer":2}
{"ev":"step","text":{"en":"Another destination still works, with the very same ports: what must be unique is the four-tuple. This time the server closes first, and the TIME-WAIT is the server's.","zh":"换个目的地就能连上，用的还是那些端口：必须唯一的是四元组。这次服务器先关闭，TIME-WAIT 就留在服务器那边。"}}
{"ev":"expect","name":"a port of the same range is true","verdict":"pass"}
{"ev":"expect","name":"now the server pays","verdict":"pass"}
{"ev":"expect","name":"client count LAST-ACK","verdict":"pass"}
{"ev":"step","text":{"en":"A program that binds a port itself is not held up. SO_REUSEADDR lets it bind, and connect() takes the TIME-WAIT over, whatever tcp_tw_reuse says, if timestamps were used.","zh":"自己绑定端口的程序不受阻。有 SO_REUSEADDR 就能绑定，connect() 直接接管那个 TIME-WAIT，不管 tcp_tw_reuse 怎么设，只要用了时间戳。"}}
{"ev":"expect","name":"a port in TIME-WAIT, without SO_REUSEADDR is \"EADDRINUSE\"","verdict":"pass"}
{"ev":"expect","name":"the port of the connection that took one over is 40000","verdict":"pass"}
{"ev":"expect","name":"TIME-WAITs that were taken over","verdict":"pass"}
{"ev":"expect","name":"one TIME-WAIT less","verdict":"pass"}
{"ev":"step","text":{"en":"tcp_tw_reuse, on one port: 0 is never, 2 (the default) only on the loopback, 1 always, but not before the TIME-WAIT has a certain age.","zh":"tcp_tw_reuse，只用一个端口来看：0 表示从不，2（默认）只限本机回环，1 表示总是，但 TIME-WAIT 要到一定年龄才行。"}}
{"ev":"expect","name":"tcp_tw_reuse 0 is \"EADDRNOTAVAIL\"","verdict":"pass"}
{"ev":"expect","name":"tcp_tw_reuse 2 is \"EADDRNOTAVAIL\"","verdict":"pass"}
{"ev":"expect","name":"tcp_tw_reuse 1 is 45000","verdict":"pass"}
{"ev":"expect","name":"client state TIME-WAIT","verdict":"pass"}
{"ev":"expect","name":"how old a TIME-WAIT has to be, in seconds is 0 to 1.2","verdict":"pass"}
{"ev":"step","text":{"en":"tcp_max_tw_buckets: above it a close leaves no TIME-WAIT at all. Those that are there stay, and nothing is said but a counter.","zh":"tcp_max_tw_buckets：超过它，关闭就根本不留 TIME-WAIT。已有的不动，除了一个计数器，什么也不说。"}}
{"ev":"expect","name":"no more of them","verdict":"pass"}
{"ev":"expect","name":"closes without a TIME-WAIT","verdict":"pass"}
{"ev":"predict","text":{"en":"The server has a TIME-WAIT for the client's port 45006. The client connects again from that port. When is it in?","zh":"服务器对客户端的 45006 端口留有一个 TIME-WAIT。客户端又从这个端口来连接。多久能连上？"},"options":[{"en":"at once","zh":"马上"},{"en":"after a second","zh":"一秒之后"},{"en":"when the TIME-WAIT is over","zh":"等 TIME-WAIT 结束"}],"answer":1}
{"ev":"step","text":{"en":"A TIME-WAIT at the server does not keep a client out: a new SYN of the same port takes its place at once.","zh":"服务器上的 TIME-WAIT 不会把客户挡在门外：同一端口来的新 SYN 立刻取而代之。"}}
{"ev":"expect","name":"the server's TIME-WAIT","verdict":"pass"}
{"ev":"expect","name":"the client is back","verdict":"pass"}
{"ev":"expect","name":"its TIME-WAIT is gone","verdict":"pass"}
{"ev":"step","text":{"en":"Why it exists: a segment that was long on its way comes into a new connection of the same four-tuple. Without timestamps nothing tells it from the new one's own: the server reads OLD!.","zh":"它为何存在：一个在路上耽搁很久的报文段，闯进同一四元组的新连接。没有时间戳，就没有什么能把它与新连接自己的区分开：服务器读到 OLD!。"}}
{"ev":"expect","name":"what the server reads without timestamps is \"OLD!\"","verdict":"pass"}
{"ev":"step","text":{"en":"The same with timestamps: the stale segment's is older than the last one that was seen, and it is thrown away (PAWS).","zh":"有时间戳再来一次：陈旧报文段的时间戳比已见过的更旧，于是被丢弃（PAWS）。"}}
{"ev":"expect","name":"what the server reads with timestamps is \"good\"","verdict":"pass"}
{"ev":"expect","name":"segments that PAWS rejected","verdict":"pass"}
{"ev":"step","text":{"en":"What does not help: tcp_fin_timeout was 1 s all the time and is about FIN-WAIT-2; tcp_tw_recycle has been gone since Linux 4.12. TIME-WAIT takes 60 s.","zh":"没有用的办法：tcp_fin_timeout 一直是 1 秒，它管的是 FIN-WAIT-2；tcp_tw_recycle 从 Linux 4.12 起就不存在了。TIME-WAIT 就是 60 秒。"}}
{"ev":"expect","name":"is there a tcp_tw_recycle? is false","verdict":"pass"}
{"ev":"expect","name":"seconds that its timer has left is 59 to 62","verdict":"pass"}
{"ev":"expect","name":"a TIME-WAIT is over","verdict":"pass"}
{"ev":"verdict","verdict":"pass","passed":29,"failed":0}
