/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>

#include "fake_engine.h"
#include "harness.h"

static struct fake f;

static void world(void)
{
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(fake_open(&f, &err));
}

static void no_world(void)
{
	fake_close(&f);
	ck_assert_uint_eq(lab_open_sockets(NULL), 0);
}

/* Play @body as run(client, server); no value expectation may fail. Return: what fake_play() did.
 */
static int play(const char *head, const char *body, struct err *err)
{
	struct lab *lab = NULL;
	char text[8192];
	int rc;

	snprintf(text, sizeof(text),
		 "hosts = { \"client\", \"server\" }\n%s\n"
		 "function run(client, server)\n%s\nend\n",
		 head, body);
	rc = fake_load(text, NULL, 0, &lab, err);
	if (rc < 0)
		return rc;
	rc = fake_play(&f, lab, err);
	lab_free(lab);
	return rc;
}

static void plays(const char *body)
{
	struct err err = ERR_INIT;

	ck_ok(play("", body, &err));
	ck_assert_msg(f.failed == 0, "%s", f.log);
}

static void logged(const char *want)
{
	ck_assert_msg(strstr(f.log, want) != NULL, "no '%s' in\n%s", want, f.log);
}

START_TEST(the_whole_shape)
{
	struct lab_setting given[] = { { "delay", "5ms" } };
	const struct lab_load_options load = { .params = given, .n_params = 1 };
	const struct lab_meta *m;
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(lab_load("tests/labs/handshake.lua", &load, &lab, &err));
	m = lab_meta(lab);
	ck_assert_str_eq(m->id, "handshake");
	ck_assert_str_eq(m->title.en, "Three-way handshake");
	ck_assert_str_eq(m->title.zh, "三次握手");
	ck_assert_str_eq(m->lesson, "handshake");
	ck_assert_uint_eq(m->n_hosts, 2);
	ck_assert_str_eq(m->hosts[1], "server");
	ck_assert_int_eq(m->toward[0].delay, 5 * NS_PER_MS);
	ck_assert_int_eq(m->toward[1].delay, 10 * NS_PER_MS);
	ck_assert_double_eq_tol(m->toward[1].loss, 0.01, 1e-9);
	ck_assert_int_eq(m->limit, 20 * NS_PER_S);
	ck_assert_int_eq(m->length, NS_PER_S);
	ck_assert_uint_eq(m->n_params, 1);
	ck_assert_int_eq(m->params[0].kind, LAB_PARAM_DURATION);
	ck_assert_str_eq(m->params[0].value, "5ms");
	ck_assert_str_eq(m->params[0].fallback, "25ms");
	ck_assert_str_eq(m->params[0].max, "500ms");
	ck_assert_uint_eq(m->n_sets, 1);
	ck_assert_str_eq(m->sets[0].name, "server.net.ipv4.tcp_syncookies");
	ck_assert_str_eq(m->sets[0].value, "0");
	ck_assert_uint_eq(m->n_counter_runs, 1);
	ck_assert_str_eq(m->counter_runs[0].sets[0].value, "2");
	ck_assert_str_eq(m->counter_runs[0].params[0].value, "5ms");
	ck_assert_str_eq(m->counter_runs[0].fails[0], "server state SYN-RECV");
	ck_assert_uint_eq(m->n_needs, 1);
	ck_ok(fake_play(&f, lab, &err));
	lab_free(lab);
	ck_assert_uint_eq(f.held, 2);
	ck_assert_uint_eq(f.failed, 0);
	logged("step The client sends a SYN|客户端发送 SYN\n");
	logged("connect(127.0.0.1:80) EINPROGRESS\n");
	logged("write(5 bytes \"hello\") = 5\n");
	logged("value mss = ");
}
END_TEST

START_TEST(sockets_talk)
{
	plays("for _, family in ipairs { 4, 6 } do\n"
	      "  local l = assert(server:listen(80, { family = family, reuse = true }))\n"
	      "  local c <close> = assert(client:connect(server, 80, { family = family, port = "
	      "40000 }))\n"
	      "  local p <close> = assert(l:accept { timeout = '5s' })\n"
	      "  expect(c.port):is(40000) expect(p.peer_port):is(40000) expect(l.port):is(80)\n"
	      "  expect(p.host == server):is(true)\n"
	      "  expect(c:write('ab')):is(2) expect(p:read(1)):is('a') expect(p:read()):is('b')\n"
	      "  expect(c:shutdown('write')):is(true) expect(p:read(5)):is('')\n"
	      "  expect(p:write(string.rep('x', 100000))):is(100000) p:close()\n"
	      "  expect(#c:read('a')):is(100000)\n"
	      "  expect(tostring(l):match('^listener ')):is('listener ')\n"
	      "  expect(c.closed):is(false) expect(p.closed):is(true) l:close()\n"
	      "end");
	logged("bind([::]:80) = 0");
}
END_TEST

START_TEST(a_full_pipe_makes_write_wait)
{
	plays("local l = server:listen(80)\n"
	      "local c = client:connect(server, 80)\n"
	      "local p = l:accept()\n"
	      "local size = 20 * 1000 * 1000\n"
	      "local reader = spawn(function()\n"
	      "  local n = 0\n"
	      "  while true do\n"
	      "    local s = assert(p:read(1048576))\n"
	      "    if s == '' then return n, 'done' end\n"
	      "    n = n + #s\n"
	      "  end\n"
	      "end)\n"
	      "local s = string.rep('x', 1000 * 1000)\n"
	      "for _ = 1, 20 do expect(c:write(s)):is(#s) end\n"
	      "c:close()\n"
	      "local n, word = reader:join()\n"
	      "expect(n):is(size) expect(word):is('done')");
}
END_TEST

START_TEST(the_network_answers)
{
	plays("local c, message, name = client:connect(server, 81)\n"
	      "expect(c):is(nil) expect(name, 'the errno'):is('ECONNREFUSED')\n"
	      "expect(message):is('connect: Connection refused')\n"
	      "local l = server:listen(80)\n"
	      "local again, _, inuse = server:listen(80)\n"
	      "expect(again):is(nil) expect(inuse):is('EADDRINUSE')\n"
	      "local none, late, timeout = l:accept { timeout = '30ms' }\n"
	      "expect(none):is(nil) expect(timeout):is('TIMEOUT') expect(late):is('timed out after "
	      "30 ms')\n"
	      "local _, _, zero = l:accept { timeout = 0 } expect(zero):is('TIMEOUT')\n"
	      "local b = client:connect(server, 80, { wait = false })\n"
	      "expect(b:connected { timeout = '5s' }):is(true)\n"
	      "local d = client:connect(server, 81, { wait = false, family = 6 })\n"
	      "if d then local ok, _, why = d:connected() expect(why):is('ECONNREFUSED')\n"
	      "  expect((d:connected())):is(nil) end\n"
	      "local p = l:accept()\n"
	      "p:set('SO_LINGER', 0) p:close()\n"
	      "local s, _, reset = b:read(1) expect(s):is(nil) expect(reset):is('ECONNRESET')\n"
	      "local w, _, pipe = b:write('x') expect(w):is(nil) expect(pipe):is('EPIPE')\n"
	      "local bad, _, inval = client:connect('::ffff:0:0', 80, { timeout = '1s' })\n"
	      "expect(bad):is(nil)");
	logged("accept() pending");
	logged("EAGAIN");
}
END_TEST

START_TEST(options_by_name)
{
	plays("local l = server:listen(80, { set = { TCP_DEFER_ACCEPT = 3, SO_RCVBUF = 8192 } })\n"
	      "expect(l:get('SO_RCVBUF')):is(16384)\n"
	      "local c = client:connect(server, 80, { wait = false, set = { TCP_SYNCNT = 2 } })\n"
	      "expect(c:get('TCP_SYNCNT')):is(2)\n"
	      "expect(c:set('TCP_NODELAY', true)):is(true) expect(c:get('TCP_NODELAY')):is(true)\n"
	      "expect(c:get('SO_LINGER')):is(false) c:set('SO_LINGER', 7)\n"
	      "expect(c:get('SO_LINGER')):is(7) c:set('SO_LINGER', false)\n"
	      "expect(c:get('SO_LINGER')):is(false)\n"
	      "c:set('TCP_CONGESTION', 'reno') expect(c:get('TCP_CONGESTION')):is('reno')\n"
	      "expect(c:get('SO_ERROR')):is(nil) expect(c:error()):is(nil)\n"
	      "local ok, _, name = c:set('TCP_SYNCNT', 1000) expect(ok):is(nil)\n"
	      "expect(name):is('EINVAL')\n"
	      "local no, _, why = client:connect(server, 80, { set = { TCP_SYNCNT = 1000 } })\n"
	      "expect(no):is(nil) expect(why):is('EINVAL')\n"
	      "expect(c:info().state):is('ESTAB') expect(c:info().snd_mss):between(500, 65535)\n"
	      "expect(l:info().state):is('LISTEN')");
	logged("setsockopt(TCP_SYNCNT = 2) = 0");
}
END_TEST

START_TEST(time_passes)
{
	plays("local t0 = now()\n"
	      "sleep('20ms')\n"
	      "expect(now() - t0 >= 20000000):is(true)\n"
	      "expect(now() - t0, 'the sleep'):about('20ms', '5s')\n"
	      "expect(mark()):between(0, 60000000000)\n"
	      "expect(100):about(110) expect(100):about(101, 1)");
	logged("the sleep is about 20 ms (± 5 s)");
}
END_TEST

START_TEST(values_that_differ_fail)
{
	struct err err = ERR_INIT;

	ck_ok(play(
		"",
		"expect(1):is(2) expect('1'):is(1) expect(nil):is(false) expect(5):between(6, 7)\n"
		"expect('x'):between(1, 2) expect(100):about(120) expect(nil):about('1s')\n"
		"expect(1000000000):about('2s')",
		&err));
	ck_assert_uint_eq(f.failed, 8);
	ck_assert_uint_eq(f.held, 0);
	logged("the value is about 2 s (± 275 ms), seen 1 s");
}
END_TEST

START_TEST(expectations_reach_the_engine)
{
	plays("mark()\n"
	      "expect(server):state('TCP_SYN_RECV', { port = 80 "
	      "}):at('10ms'):hold('5ms'):as('first')");
	ck_assert_int_eq(f.last.kind, EXPECT_STATE);
	ck_assert_int_eq(f.last.host, 1);
	ck_assert_uint_eq(f.last.states, 1U << TCPSTATE_SYN_RECV);
	ck_assert_uint_eq(f.last.port, 80);
	ck_assert_int_eq(f.last.at, 10 * NS_PER_MS);
	ck_assert_int_eq(f.last.hold, 5 * NS_PER_MS);
	ck_assert_int_eq(f.last.within, -1);
	ck_assert_int_gt(f.last.mark, 0);
	ck_assert_int_eq(f.last.line, 5);
	ck_assert_str_eq(f.last_name, "first");

	plays("expect(client):count({ 'ESTAB', 'TIME-WAIT' }, { max = 3 }):within('1s')");
	ck_assert_int_eq(f.last.kind, EXPECT_COUNT);
	ck_assert_uint_eq(f.last.states, 1U << TCPSTATE_ESTAB | 1U << TCPSTATE_TIME_WAIT);
	ck_assert_int_eq(f.last.min, 0);
	ck_assert_int_eq(f.last.max, 3);
	ck_assert_int_eq(f.last.within, NS_PER_S);

	plays("expect(client):counter('TcpPassiveOpens', { min = -2 })");
	ck_assert_str_eq(f.last_counter, "TcpPassiveOpens");
	ck_assert_int_eq(f.last.min, -2);
	ck_assert_int_eq(f.last.max, INT64_MAX);

	plays("expect(client):packet { flags = 'SA', dir = 'in', nth = 2, len = 0, rtx = false }");
	ck_assert_int_eq(f.last.kind, EXPECT_PACKET);
	ck_assert_int_eq(f.last.packet.flags, SEG_SYN | SEG_ACK);
	ck_assert_int_eq(f.last.packet.outgoing, 0);
	ck_assert_uint_eq(f.last.packet.nth, 2);
	ck_assert_int_eq(f.last.packet.len, 0);
	ck_assert_int_eq(f.last.packet.retransmission, 0);
	ck_assert_int_eq(f.last.packet.port, PACKET_ANY);

	plays("local l = server:listen(80) local c = client:connect(server, 80, { port = 41000 })\n"
	      "c:close() expect(c):was { 'FIN-WAIT-1', 'FIN-WAIT-2' }");
	ck_assert_int_eq(f.last.kind, EXPECT_WAS);
	ck_assert(f.last.one_socket);
	ck_assert_uint_eq(f.last.local.port, 41000);
	ck_assert_uint_eq(f.last.remote.port, 80);
	ck_assert_uint_eq(f.last.remote.addr[12], 127);
}
END_TEST

START_TEST(judged_before_a_close_variable_closes)
{
	const char *judged, *closed;

	plays("local l <close> = server:listen(80)\n"
	      "do local c <close> = client:connect(server, 80) expect(c):state('ESTAB') end\n"
	      "note 'after'");
	judged = strstr(f.log, "expect kind 0");
	closed = strstr(f.log, "close()");
	ck_assert(judged && closed && judged < closed);
}
END_TEST

START_TEST(hosts_can_be_asked)
{
	f.have_packet = true;
	f.packet.segment = (struct segment){
		.flags = SEG_SYN | SEG_ACK, .has_mss = true, .mss = 1460, .window = 65160
	};
	f.packet.ack = 1;
	f.entry.state = TCPSTATE_TIME_WAIT;
	f.entry.local.port = 80;
	f.n_entries = 3;
	plays("expect(server.name):is('server') expect(tostring(client)):is('client')\n"
	      "expect(server.addr):is('127.0.0.1') expect(server.addr6):is('::1')\n"
	      "local p = server:packet { flags = 'SA', dir = 'out' }\n"
	      "expect(p.mss):is(1460) expect(p.flags):is('SA') expect(p.ack):is(1)\n"
	      "expect(p.wscale):is(nil)\n"
	      "expect(#server:sockets { state = 'TIME-WAIT' }):is(3)\n"
	      "expect(#server:sockets { state = 'LISTEN' }):is(0)\n"
	      "expect(server:sockets()[1].port):is(80)\n"
	      "expect(server:counter('TcpPassiveOpens')):is(7)\n"
	      "server:sysctl('net.ipv4.tcp_sack', 0)\n"
	      "expect(server:sysctl('net.ipv4.tcp_sack')):is(1)\n"
	      "server:link { loss = '50%' } server:link { delay = '5ms' }");
	logged("sysctl host 1 net.ipv4.tcp_sack = 0");
	logged("impair host 1 delay 5000000 loss 0.5");
}
END_TEST

START_TEST(loops_have_an_order)
{
	plays("local t = { b = 1, a = 2, [3] = 3, [1] = 4, [2.5] = 5, c = 6 }\n"
	      "local keys = {}\n"
	      "for k in pairs(t) do keys[#keys + 1] = tostring(k) end\n"
	      "expect(table.concat(keys, ' ')):is('1 2.5 3 a b c')\n"
	      "for k in pairs(t) do t[k] = nil end expect(next(t)):is(nil)\n"
	      "expect(math.random(1000)):is(414)");
}
END_TEST

START_TEST(actors_wait_for_each_other)
{
	plays("local order = {}\n"
	      "local a = spawn(function(x) sleep('20ms') order[#order + 1] = x return x, nil, 3 "
	      "end, 'a')\n"
	      "local b = spawn(function() a:join() order[#order + 1] = 'b' end)\n"
	      "expect(tostring(a)):is('actor 1')\n"
	      "b:join() local x, none, three = a:join()\n"
	      "expect(x):is('a') expect(none):is(nil) expect(three):is(3)\n"
	      "expect(table.concat(order)):is('ab')\n"
	      "local ok, what = pcall(function() sleep('1ms') error('mine', 0) end)\n"
	      "expect(ok):is(false) expect(what):is('mine')\n"
	      "expect(select(2, xpcall(function() sleep('1ms') error('x', 0) end,\n"
	      "  function(m) return m .. '!' end))):is('x!')\n"
	      "expect(select('#', pcall(function() return 1, 2 end))):is(3)\n"
	      "expect((xpcall(function(...) return select('#', ...) end, tostring, 1))):is(true)");
}
END_TEST

START_TEST(a_failing_actor_ends_the_lab)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		play("", "spawn(function() sleep('1ms') error('broken here') end)\nsleep('5s')",
		     &err),
		-EINVAL);
	ck_assert_msg(strstr(err.msg, ":4: broken here") != NULL, "%s", err.msg);
}
END_TEST

START_TEST(parameters)
{
	static const char text[] = "hosts = { 'a' }\n"
				   "n = param('n', 5, { min = 1, max = 9, help = 'how many' })\n"
				   "x = param('x', 0.5) b = param('b', false)\n"
				   "mode = param('mode', { oneof = { 'slow', 'fast' } })\n"
				   "other = param('other', 'two', { oneof = { 'one', 'two' } })\n"
				   "d = param('d', '20ms', { max = '1s' })\n"
				   "function run(a) value('all', table.concat({ n + 1, x, "
				   "tostring(b), mode, other, d }, ' ')) end\n";
	static const struct {
		const char *name, *value, *want;
	} wrong[] = {
		{ "n", "10", "parameter n = 10 is out of range: 1 to 9" },
		{ "n", "0x5", "has to be an integer" },
		{ "n", "", "has to be an integer" },
		{ "x", "nan", "has to be a number" },
		{ "b", "yes", "has to be true or false" },
		{ "mode", "fas", "has to be one of slow|fast" },
		{ "mode", "slow|fast", "has to be one of" },
		{ "d", "2s", "out of range: 0 to 1s" },
		{ "d", "20", "parameter d" },
		{ "mdoe", "fast", "did you mean 'mode'?; it has: n, x, b, mode, other, d" },
	};
	struct lab_setting given[] = {
		{ "n", "7" },       { "x", "1e-3" },    { "b", "true" },
		{ "mode", "fast" }, { "other", "one" }, { "d", "30ms" },
	};
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(fake_load(text, NULL, 0, &lab, &err));
	ck_assert_uint_eq(lab_meta(lab)->n_params, 6);
	ck_assert_str_eq(lab_meta(lab)->params[3].choices, "slow|fast");
	ck_assert_str_eq(lab_meta(lab)->params[3].value, "slow");
	ck_assert_str_eq(lab_meta(lab)->params[5].min, "0");
	ck_assert_str_eq(lab_meta(lab)->params[0].help.en, "how many");
	ck_ok(fake_play(&f, lab, &err));
	lab_free(lab);
	logged("value all = 6 0.5 false slow two 20000000 -");
	ck_ok(fake_load(text, given, 6, &lab, &err));
	ck_ok(fake_play(&f, lab, &err));
	lab_free(lab);
	logged("value all = 8 0.001 true fast one 30000000 -");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct lab_setting one = { wrong[i].name, wrong[i].value };

		err = ERR_INIT;
		ck_assert_int_eq(fake_load(text, &one, 1, &lab, &err), -EINVAL);
		ck_assert_msg(strstr(err.msg, wrong[i].want) != NULL, "%s=%s: %s", wrong[i].name,
			      wrong[i].value, err.msg);
	}
}
END_TEST

START_TEST(files_that_are_no_labs)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_assert_int_eq(lab_load("tests/labs/none.lua", NULL, &lab, &err), -ENOENT);
	ck_assert_int_eq(lab_load("tests", NULL, &lab, &err), -EISDIR);
	ck_assert_int_eq(lab_load("/dev/null", NULL, &lab, &err), -EINVAL);
	ck_assert_int_eq(fake_load("\x1bLua", NULL, 0, &lab, &err), -EINVAL);
	ck_assert_msg(strstr(err.msg, "is compiled Lua") != NULL, "%s", err.msg);
	ck_assert_int_eq(fake_load("", NULL, 0, &lab, &err), -EINVAL);
	ck_assert_int_eq(fake_load("x = = 1", NULL, 0, &lab, &err), -EINVAL);
	ck_assert_msg(strstr(err.msg, ":1: unexpected symbol near '='\n    1 | x = = 1\n") != NULL,
		      "%s", err.msg);
	ck_assert_int_eq(fake_load("\n\n  \x1b[31m x", NULL, 0, &lab, &err), -EINVAL);
	ck_assert_ptr_null(strchr(err.msg, '\x1b'));
	ck_ok(fake_load("\xef\xbb\xbfhosts = { 'a' } function run() end", NULL, 0, &lab, &err));
	ck_assert_uint_eq(lab_actor_count(lab), 0);
	lab_free(lab);
	lab_free(NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lab");
	TCase *tc = tcase_create("lab");

	tcase_add_checked_fixture(tc, world, no_world);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_whole_shape);
	tcase_add_test(tc, sockets_talk);
	tcase_add_test(tc, a_full_pipe_makes_write_wait);
	tcase_add_test(tc, the_network_answers);
	tcase_add_test(tc, options_by_name);
	tcase_add_test(tc, time_passes);
	tcase_add_test(tc, values_that_differ_fail);
	tcase_add_test(tc, expectations_reach_the_engine);
	tcase_add_test(tc, judged_before_a_close_variable_closes);
	tcase_add_test(tc, hosts_can_be_asked);
	tcase_add_test(tc, loops_have_an_order);
	tcase_add_test(tc, actors_wait_for_each_other);
	tcase_add_test(tc, a_failing_actor_ends_the_lab);
	tcase_add_test(tc, parameters);
	tcase_add_test(tc, files_that_are_no_labs);
	suite_add_tcase(s, tc);
	return s;
}
