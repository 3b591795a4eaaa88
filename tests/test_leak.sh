#!/bin/sh
# SPDX-License-Identifier: MIT
#
# close-wait-leak --server: real servers, of which one leaks. On a lab kernel when there is one,
# where five minutes take no time.
. "$(dirname "$0")/checks.sh"

kernel=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p' | tail -n 1)
servers=$top/labs/servers
run() { # STATUS WHAT COMMAND
	ends "$1" "$2" "$lab" run close-wait-leak --kernel "${kernel:-host}" --server "$3" --record "$area/record"
	clean
	holds "its record is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$area/record"
}

run 1 "a server that leaks" "python3 '$servers/leaky.py' 8080"
says "It leaks:"
says "CLOSE-WAIT is empty"
says "10 of 10 got an answer"
run 0 "the same one mended" "python3 '$servers/mended.py' 8080"
says "It does not leak."
run 0 "a web server" "python3 -m http.server 8080"
says "It does not leak."

finish
