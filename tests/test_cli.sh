#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The command line as a user types it: every subcommand and option, at several
# widths, in both languages, with and without colour and UTF-8.
. "$(dirname "$0")/checks.sh"

screen() { python3 "$top/tests/screen.py" "$@"; }

# ---- what there is ----------------------------------------------------------

ends 0 "tcplab alone" "$lab"
says "tcplab run handshake"
says "handshake"
ends 0 "--version" "$lab" --version
holds "a version is one line" grep -Eqx 'tcplab [0-9]+\.[0-9]+\.[0-9]+' "$out"
for word in help --help -h; do
	ends 0 "$word" "$lab" "$word"
	for command in run list show replay check doctor --record --set --lang; do
		says "$command"
	done
	cp "$out" "$area/help.$word"
done
holds "help and --help are the same" cmp "$area/help.help" "$area/help.--help"
holds "help and -h are the same" cmp "$area/help.help" "$area/help.-h"
ends 0 "help in Chinese" "$lab" help --lang zh
says "用法"
ends 0 "list" "$lab" list
says "Three-way handshake"
ends 0 "list by the locale's language" env LC_ALL=zh_CN.UTF-8 "$lab" list
says "三次握手"
ends 0 "show" "$lab" show handshake
says "--set server.net.ipv4.tcp_syncookies=2"
says "tcplab run handshake"
ends 0 "show in Chinese" "$lab" show handshake --lang zh
says "三次握手"
ends 0 "doctor" "$lab" doctor
says "Labs can run on this machine"
ends 0 "doctor in Chinese" "$lab" doctor --lang zh
ends 2 "no such command" "$lab" rnu
one_message "did you mean \`tcplab run\`"
ends 2 "no such option" "$lab" run handshake --recrod x
one_message "did you mean --record"
ends 2 "run without a lab" "$lab" run
one_message "which lab?"
ends 2 "no such kernel" "$lab" run handshake --kernel 4.2
one_message "--kernel 4.2"
ends 2 "no such format" "$lab" run handshake --format xml
one_message "--format xml"
ends 2 "no such language" "$lab" run handshake --lang tlh
one_message "tlh"
ends 2 "--record with two labs" "$lab" run handshake handshake --record x
one_message "--record takes one lab"

# ---- how it looks -----------------------------------------------------------

in_c() { # in locale C English is pure ASCII; Chinese has no other letters
	if [ "$lang" = en ]; then set -- --ascii "$@"; fi
	LC_ALL=C screen "$@"
}

widths='60 100 200'
[ $slow -eq 0 ] || widths='60 100'
for width in $widths; do
	for lang in en zh; do
		how="$lang, $width columns"
		set -- "$width" "$lab" run handshake --param delay=2ms --lang $lang
		holds "$how, in a pipe" screen "$@"
		holds "$how, in a pipe, no colour" screen "$@" --no-color
		holds "$how, terminal" screen --tty color "$@"
		holds "$how, terminal, no colour" screen --tty plain "$@" --no-color
		holds "$how, terminal, NO_COLOR" env NO_COLOR=1 python3 "$top/tests/screen.py" \
			--tty plain "$@"
		holds "$how, locale C" in_c "$@"
		holds "$how, locale C, terminal" in_c --tty color "$@"
		holds "$how, a failing run" screen --status 1 "$@" -v \
			--set server.net.ipv4.tcp_syncookies=2
	done
done
for lang in en zh; do
	for page in help list doctor; do
		holds "$page, $lang, 60 columns" screen 60 "$lab" $page --lang $lang
		holds "$page, $lang, locale C" in_c 80 "$lab" $page --lang $lang
	done
	holds "show, $lang, 60 columns" screen 60 "$lab" show handshake --lang $lang
	holds "show of long parameters, $lang, 60 columns" screen 60 "$lab" show syn-flood --lang $lang
	holds "show, $lang, locale C" in_c 80 "$lab" show handshake --lang $lang
	holds "welcome, $lang, 60 columns" screen 60 "$lab" --lang $lang
done

# ---- other formats ----------------------------------------------------------

ends 0 "--format json" "$lab" run handshake --format json
cp "$out" "$area/run.json"
holds "one object with what the issue names" python3 - "$area/run.json" <<'END'
import json, sys
lines = open(sys.argv[1], encoding="ascii").read().splitlines()
assert len(lines) == 1, f"{len(lines)} lines"
run = json.loads(lines[0])
for name, kind in (("lab", str), ("kernel", str), ("clock", str), ("verdict", str),
                   ("duration_ms", float), ("virtual_ms", float), ("expectations", list)):
    assert isinstance(run[name], kind), f"{name}: {run.get(name)!r}"
assert (run["lab"], run["clock"], run["verdict"]) == ("handshake", "real", "pass")
assert run["duration_ms"] >= run["virtual_ms"] > 75
assert len(run["expectations"]) >= 5
for e in run["expectations"]:
    for name in ("name", "verdict", "expected", "seen", "where"):
        assert isinstance(e[name], str) and e[name], f"{name} of {e}"
    assert e["verdict"] == "pass" and "handshake.lua:" in e["where"], e
    assert e["at_ms"] is None or 0 <= e["at_ms"] <= run["virtual_ms"], e
names = [e["name"] for e in run["expectations"]]
assert len(set(names)) == len(names), names
END
ends 1 "--format json of a failing run" "$lab" run handshake --format json \
	--set server.net.ipv4.tcp_syncookies=2
holds "says fail" python3 -c 'import json, sys
run = json.load(sys.stdin)
assert run["verdict"] == "fail" and run["set"], run
assert [e["name"] for e in run["expectations"] if e["verdict"] == "fail"] \
    == ["request socket on the server", "owner of the request"], run' <"$out"

cat >"$area/tap.py" <<'END'
import re, sys
lines = sys.stdin.read().splitlines()
assert lines[0] == "TAP version 14", lines[0]
plans = [l for l in lines if re.match(r"1\.\.\d+", l)]
assert len(plans) == 1 and plans[0] in (lines[1], lines[-1]), plans
points = [re.match(r"(not )?ok (\d+) - \S", l) for l in lines]
points = [m for m in points if m]
assert [int(m[2]) for m in points] == list(range(1, len(points) + 1))
assert plans[0] == f"1..{len(points)}", (plans, len(points))
assert sum(1 for m in points if m[1]) == int(sys.argv[1]), "points that are not ok"
inside = False
for line in lines[1:]:
    if inside:
        assert line.startswith("  "), line
        inside = line != "  ..."
    elif line == "  ---":
        inside = True
    else:
        assert re.match(r"((not )?ok \d+ - |1\.\.\d+$|# )", line), line
assert not inside, "a YAML block without end"
END
ends 0 "--format tap" "$lab" run handshake --format tap
holds "TAP 14, all ok" python3 "$area/tap.py" 0 <"$out"
ends 1 "--format tap of a failing run" "$lab" run handshake --format tap \
	--set server.net.ipv4.tcp_syncookies=2
holds "TAP 14, two not ok" python3 "$area/tap.py" 2 <"$out"

# ---- turning things ---------------------------------------------------------

ends 1 "always SYN cookies" "$lab" run handshake --set server.net.ipv4.tcp_syncookies=2
says "FAIL handshake"
says "request socket on the server"
says "SYN-RECV"
says "handshake.lua:"
holds "it says that no socket was in SYN-RECV" grep -Eqi \
	'(no|none|never|not|without).*SYN-RECV|SYN-RECV.*(never|not|none)' "$out"
holds "no host of the ladder is in SYN-RECV" sh -c "! grep -E '│.*│ SYN-RECV' '$out'"
ends 0 "--param" "$lab" run handshake --param delay=5ms --format json
holds "the round trip is that of the parameter" python3 -c 'import json, sys
run = json.load(sys.stdin)
assert run["params"] == {"delay": "5ms"}, run["params"]
assert 240 <= run["virtual_ms"] < 440, run["virtual_ms"]' <"$out"
# Every lab there is: of a course that has one, as all labs take minutes on a real clock.
mkdir -p "$area/course/labs"
cp "$top/labs/handshake.lua" "$area/course/labs/"
ln -s "$top/content" "$area/course/content"
ends 0 "check" env TCPLAB_DATA="$area/course" "$lab" check
says "as they must be"
ends 0 "check handshake" "$lab" check handshake
says "3 runs, 3 as they must be"
ends 0 "check in Chinese" "$lab" check handshake --lang zh
ends 0 "-q" "$lab" run handshake -q
holds "-q of a pass is one line" [ "$(wc -l <"$out")" -eq 1 ]
ends 0 "-v" "$lab" run handshake -v
says "connect"
says "accept"
says "tcp_syncookies"
ends 0 "two labs" "$lab" run handshake handshake --param delay=2ms --format tap
holds "one plan for both" python3 "$area/tap.py" 0 <"$out"
ends 0 "two labs as text" "$lab" run handshake handshake --param delay=2ms -q
holds "a verdict for each" [ "$(grep -c '^PASS handshake' "$out")" -eq 2 ]
for backend in wire netem; do
	[ $backend = wire ] || "$lab" doctor | grep -q '✓ netem' || continue
	ends 0 "--backend $backend" "$lab" run handshake --backend $backend
	says "$backend"
done
ends 0 "the host's own kernel" "$lab" run handshake --kernel host -q
ends 0 "options before the command" "$lab" -q run handshake

# ---- a lab of one's own -----------------------------------------------------

mkdir "$area/mine"
cat >"$area/mine/refused.lua" <<'END'
title = "Nobody listens"
hosts = { "alice", "bob" }
link  = { delay = "5ms" }

function run(alice, bob)
  step "A SYN to a port where nobody listens"
  local conn, message, errno = alice:connect(bob, 8080)
  expect(errno, "connect()"):is("ECONNREFUSED")
  expect(alice):packet { flags = "RA", dir = "in" }
end
END
ends 0 "ten lines of one's own" "$lab" run "$area/mine/refused.lua"
says "PASS refused: 2 of 2"
says "RST"
ends 0 "named from where it is" sh -c "cd '$area/mine' && exec '$lab' run refused.lua -q"
ends 2 "check wants counter-runs" "$lab" check "$area/mine/refused.lua"
says "proves nothing"

cat >"$area/mine/later.lua" <<'END'
hosts = { "alice", "bob" }
needs = { "99.1" }
function run() end
END
ends 3 "a lab for a later kernel is skipped" "$lab" run "$area/mine/later.lua"
one_message "99.1"
ends 2 "unless it must run" env TCPLAB_MUST_RUN=1 "$lab" run "$area/mine/later.lua"
one_message "TCPLAB_MUST_RUN"
ends 3 "a skip is no pass" "$lab" run handshake "$area/mine/later.lua" --format tap
says "# SKIP"
ends 2 "a program that cannot find its labs" env TCPLAB_DATA="$area/mine" "$lab" list
one_message "TCPLAB_DATA"
ends 0 "the build's own labs" env -u TCPLAB_DATA "$TCPLAB" list
says "handshake"
nothing_left

finish
