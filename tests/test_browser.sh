#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Reports in a real browser (tests/browser.py): the slider by mouse and keys, both themes, widths, paper,
# and that nothing but their own script ever runs. Under a sanitizer the pages are only made:
# Chromium would test nothing more of tcplab.
. "$(dirname "$0")/checks.sh"

has_browser() { command -v chromium >/dev/null && command -v chromedriver >/dev/null; }

ends 0 "a report" "$lab" report "$top/tests/records/close.jsonl" -o "$area/run.html"
python3 - "$top/tests/records/close.jsonl" >"$area/attack.jsonl" <<'END'
import json, sys
ATTACK = "</script></title></svg><img src=x onerror=attacked=1><script>attacked=1</script>"
KEEP = {"ev", "kind", "dir", "flags", "verdict", "end", "clock", "host"}
def attack(value, name=""):
    if isinstance(value, dict):
        return {key: attack(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [attack(item, name) for item in value]
    return ATTACK + value if isinstance(value, str) and name not in KEEP else value
for line in open(sys.argv[1], encoding="utf-8"):
    print(json.dumps(attack(json.loads(line))))
END
ends 0 "a report of an attack" "$lab" report "$area/attack.jsonl" -o "$area/attack.html"
if [ $slow -eq 1 ]; then
	finish
elif ! has_browser; then
	echo "there is no browser: install chromium and chromium-driver"
	[ "$must_run" = 0 ] || fail "no browser"
	finish
fi
HOME=$area
export HOME
timeout -k 5 100 python3 "$top/tests/browser.py" "$area" >"$out" 2>"$err" </dev/null
status=$? what='in the browser'
n=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$out")
bad=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$out")
passed=$((passed + ${n:-0}))
if [ $status -ne 0 ] || [ "${bad:-1}" -ne 0 ]; then fail "status $status"; fi
finish
