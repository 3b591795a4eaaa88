{"ev":"step","text":{"en":"A server reads a line, answers, and never looks again. 5 clients come, speak and go. Each close of a client is a FIN, and each FIN makes a CLOSE-WAIT.","zh":"服务器读一行，作答，然后再也不看。5 个客户来了，说完话就走。每个客户的关闭都是一个 FIN，每个 FIN 都造出一个 CLOSE-WAIT。"}}
{"ev":"expect","name":"CLOSE-WAIT at the server","verdict":"pass"}
{"ev":"expect","name":"FIN-WAIT-2 at the client","verdict":"pass"}
{"ev":"expect","name":"the timer of a socket in CLOSE-WAIT is \"none\"","verdict":"pass"}
{"ev":"predict","text":{"en":"Nobody touches anything for minutes. Which of the two halves is still there?","zh":"几分钟里谁也不去动。两边的那一半，哪个还在？"},"options":[{"en":"both","zh":"都在"},{"en":"the client's","zh":"客户端那一半"},{"en":"the server's","zh":"服务器那一半"},{"en":"neither","zh":"都不在"}],"answer":3}
{"ev":"step","text":{"en":"Time passes. The client's kernel forgets its half after tcp_fin_timeout. The server's kernel forgets nothing: no timer runs, and only the program can end it.","zh":"时间过去。tcp_fin_timeout 之后，客户端内核忘掉自己那一半。服务器内核什么也不忘：没有定时器在走，只有程序能了结它。"}}
{"ev":"expect","name":"FIN-WAIT-2 is over","verdict":"pass"}
{"ev":"expect","name":"CLOSE-WAIT stays","verdict":"pass"}
{"ev":"predict","text":{"en":"The server writes to a client that closed long ago. What does its first write() say?","zh":"服务器给一个早已关闭的客户写数据。第一次 write() 会怎样？"},"options":[{"en":"ECONNRESET"},{"en":"EPIPE"},{"en":"it succeeds","zh":"成功"}],"answer":3}
{"ev":"step","text":{"en":"The server writes to one of those clients at last. The first write() succeeds, for the kernel takes it. RST comes back, and the second write() says EPIPE (and sends SIGPIPE).","zh":"服务器终于给其中一个客户写数据。第一次 write() 成功，因为内核收下了。RST 回来，第二次 write() 就是 EPIPE（并发 SIGPIPE）。"}}
{"ev":"expect","name":"the first write() is 15","verdict":"pass"}
{"ev":"expect","name":"server packet R in","verdict":"pass"}
{"ev":"expect","name":"the second write() is \"EPIPE\"","verdict":"pass"}
{"ev":"expect","name":"server state CLOSED","verdict":"pass"}
{"ev":"expect","name":"close() ends it","verdict":"pass"}
{"ev":"step","text":{"en":"A connection that died in the accept queue: its client came, spoke and went before the program called accept(). CLOSE-WAIT, and no process has it. accept() hands out the words of one who is gone.","zh":"死在 accept 队列里的连接：程序还没调用 accept()，客户已经来过、说完、走了。它处于 CLOSE-WAIT，不属于任何进程。accept() 交出来的，是一个已经离开的人的话。"}}
{"ev":"expect","name":"server count CLOSE-WAIT","verdict":"pass"}
{"ev":"expect","name":"does a process have it? is false","verdict":"pass"}
{"ev":"expect","name":"the first read() is \"hello \"","verdict":"pass"}
{"ev":"expect","name":"the second read() is \"\"","verdict":"pass"}
{"ev":"step","text":{"en":"A server that is merely slow looks the same for a while: CLOSE-WAIT lasts as long as the program takes.","zh":"只是慢的服务器，有一阵子看起来一样：程序要多久，CLOSE-WAIT 就有多久。"}}
{"ev":"expect","name":"server state CLOSE-WAIT","verdict":"pass"}
{"ev":"expect","name":"server state CLOSE-WAIT (2)","verdict":"pass"}
{"ev":"expect","name":"the slow one is done","verdict":"pass"}
{"ev":"predict","text":{"en":"A server has run out of descriptors. A new client connects. What does it see?","zh":"一台服务器的描述符用完了。新客户来连接，会看到什么？"},"options":[{"en":"ECONNREFUSED"},{"en":"connect() hangs","zh":"connect() 挂住"},{"en":"connect() succeeds, and nobody answers","zh":"connect() 成功，但没有人回答"}],"answer":3}
{"ev":"step","text":{"en":"What a leak ends in: a real program with 16 descriptors. When they are gone accept() says EMFILE. New clients connect all the same, to the kernel, and wait for an answer that nobody writes.","zh":"泄漏的结局：一个真实的程序，只有 16 个描述符。用完之后 accept() 返回 EMFILE。新客户照样连得上，因为应答的是内核，然后等一个没有人写的回答。"}}
{"ev":"expect","name":"clients that were served is 1 to 16","verdict":"pass"}
{"ev":"expect","name":"the next client is connected","verdict":"pass"}
{"ev":"expect","name":"what the served ones left behind","verdict":"pass"}
{"ev":"expect","name":"what it reads is \"TIMEOUT\"","verdict":"pass"}
{"ev":"expect","name":"the end of the process ends them all","verdict":"pass"}
{"ev":"verdict","verdict":"pass","passed":22,"failed":0}
