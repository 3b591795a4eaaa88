#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Labs on lab kernels, where a user might have them: on every kernel at once, with many runs
# at the same time.
. "$(dirname "$0")/checks.sh"

# A tcplab with AddressSanitizer cannot boot any, and offers none.
if ! "$lab" kernels | grep -q ' virtual '; then
	echo "there is no lab kernel here that this tcplab can boot"
	case $must_run:${TCPLAB_SAN:-} in
	1:*address*) holds "none is offered" true ;;
	1:*) holds "lab kernels are there" false ;;
	*) holds "the machine's own kernel is there" "$lab" kernels ;;
	esac
	finish
fi
newest=$("$lab" kernels | sed -n 's/^ *\([0-9][0-9.]*\)  *virtual .*/\1/p' | tail -n 1)

# ---- many at once, told in order --------------------------------------------

without_times() { sed 's/ *[0-9.]* *\(ms\|s\|min\)  /  /' "$1"; }

ends 3 "check on all kernels" "$lab" check handshake max-orphans --kernel all
clean
says "handshake, $newest"
says "handshake, host"
without_times "$out" >"$area/one"
holds "the real clock comes last" sh -c "sed -n '/, host/,\$p' '$area/one' | grep -qv ', [0-9]'"
for j in -j -j3 '-j 2' --jobs=2; do
	# shellcheck disable=SC2086 # "-j 2" is two words
	ends 3 "check on all kernels, $j" "$lab" check handshake max-orphans --kernel all $j
	clean
	without_times "$out" >"$area/many"
	holds "$j tells the same in the same order" diff "$area/one" "$area/many"
done
ends 2 "-j 0" "$lab" check handshake -j 0
one_message "--jobs 0"
ends 1 "a failing lab among others" "$lab" check handshake "$top/tests/must-fail/judge-state.lua" max-orphans \
	--kernel "$newest" -j 3
holds "its output is in one piece" sh -c "sed -n '/judge-state/,/max-orphans/p' '$out' | grep -q 'FAIL judge-state'"

cat >"$area/waits.lua" <<'END'
hosts = { "client", "server" }
limit = "1h"
function run(client, server)
	server:listen(80):accept()
end
END
: >"$out" # what the last command said must not be taken for its words
(cd "$cwd" && exec timeout 60 "$lab" check handshake "$area/waits.lua" handshake --kernel host -j2 >"$out" 2>"$err" </dev/null) &
pid=$!
deadline=$(($(date +%s) + 20))
until grep -q 'fails as stated' "$out" || [ "$(date +%s)" -ge "$deadline" ]; do :; done
kill -TERM $pid
wait $pid
status=$?
holds "a signal ends the check" [ $status -eq 143 ]
nothing_left

# ---- a long lab on a real clock ---------------------------------------------

# Its first lines are enough; it ends when nobody reads on.
(cd "$cwd" && timeout 60 "$lab" run syn-timeout --kernel host | sed 8q) >"$out" 2>"$err"
what="the short form of a long lab"
says "short form, about "
says "the full one (--full) takes about 2 min "
(cd "$cwd" && timeout 60 "$lab" run syn-timeout --kernel host --full --lang zh | sed 8q) >"$out" 2>"$err"
what="its full form, in Chinese"
says "完整形式，约 2 min "
(cd "$cwd" && timeout 60 "$lab" run handshake --kernel host | sed 8q) >"$out" 2>"$err"
what="a lab that has one form"
silent "form"
nothing_left

# ---- what a run on a real clock waits for ------------------------------------

cat >"$area/slow.lua" <<'END'
hosts = { "client", "server" }
function run(client, server)
	server:listen(80)
	expect(server):state("LISTEN"):hold("2500ms")
end
END
for lang in en zh; do
	for width in 60 100; do
		holds "a countdown, $lang, $width columns" python3 "$top/tests/countdown.py" $lang $width \
			"$lab" run "$area/slow.lua" --kernel host --record "$area/record"
		holds "its record is as documented" python3 "$top/tests/record_check.py" "$top/docs/record.md" "$area/record"
	done
done
ends 0 "none in a pipe" "$lab" run "$area/slow.lua" --kernel host
silent "left:"
nothing_left

# ---- places that forbid something -------------------------------------------

# As somebody without rights, in a user namespace that allows none inside.
cat >"$area/forbidden" <<'END'
#!/bin/sh
exec unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
	exec setpriv --bounding-set=-all --inh-caps=-all "$@"' sh "$@"
END
chmod +x "$area/forbidden"
if unshare -Ur setpriv --bounding-set=-all true 2>"$area/held"; then
	ends 3 "namespaces are forbidden" "$area/forbidden" "$lab" run handshake --kernel host -q
	one_message "user.max_user_namespaces=0"
	ends 0 "namespaces are forbidden, on a lab kernel" "$area/forbidden" "$lab" run handshake syn-timeout -q \
		--kernel "$newest"
	clean
	ends 0 "namespaces are forbidden, and nothing is said" "$area/forbidden" "$lab" run handshake
	says "$newest."
	says "virtual"
	clean
elif [ "$must_run" = 1 ] && [ "$(id -u)" -ne 0 ]; then
	what="namespaces are forbidden" && fail "no user namespace to forbid them in" "$area/held"
fi

ends 0 "HOME is not set" env -u HOME -u XDG_CACHE_HOME "$lab" run handshake --kernel "$newest" -q
clean
mkdir -m 500 "$area/home"
ends 0 "HOME cannot be written" env HOME="$area/home" "$lab" run handshake --kernel "$newest" -q
clean
holds "nothing was made in it" [ -z "$(ls -A "$area/home")" ]

spaces="$area/a folder, with 'words'"
mkdir -p "$spaces"
cp "$top/labs/handshake.lua" "$spaces/a lab.lua"
cp "$lab" "$spaces/$name"
ends 0 "a path with spaces" "$spaces/$name" run "$spaces/a lab.lua" --kernel "$newest" -q
says "PASS"
clean

# Nothing may be executed where temporary files go; then only in the one place that TMPDIR names.
cat >"$area/noexec" <<'END'
#!/bin/sh
exec unshare -Urm sh -c 'mkdir -p "$0/exec" && mount -t tmpfs none "$0/exec" || exit 99
	cp "$2" "$0/exec/tcplab" || exit 99 # the tree itself may lie in /tmp
	for dir in /dev/shm /var/tmp; do mount -t tmpfs -o noexec none $dir || exit 99; done
	mkdir "$0/exec/no" && mount -t tmpfs -o noexec none "$0/exec/no" || exit 99
	mount --rbind /tmp /tmp && mount -o remount,bind,noexec /tmp || exit 99
	TMPDIR=$0/exec$1; shift 2
	export TMPDIR
	exec env -u XDG_RUNTIME_DIR HOME=/nowhere "$0/exec/tcplab" "$@"' "$@"
END
chmod +x "$area/noexec"
if unshare -Urm true 2>/dev/null && [ "${area#/tmp/}" != "$area" ]; then
	mkdir "$area/mounts"
	inside="$area/mounts"
	ends 3 "no place for code" "$area/noexec" "$inside" /no "$lab" run handshake --kernel "$newest"
	one_message "let TMPDIR name one"
	ends 0 "one place for code" "$area/noexec" "$inside" "" "$lab" run handshake --kernel "$newest" -q
	clean
fi

# ---- kernels that are none --------------------------------------------------

# TCPLAB_KERNELS is looked at first.
kernels=$area/kernels
real=$(COLUMNS=200 "$lab" kernels | sed -n "/^ *$newest  /{n;s/^ *//;p;}")
mkdir -p "$kernels/9.1" "$kernels/9.2" "$kernels/9.3" "$kernels/9.4" "$kernels/9.9"
printf '#!/bin/sh\necho "Kernel panic - not syncing: no init"\nexit 1\n' >"$kernels/9.1/linux"
printf '#!/bin/sh\necho starting >&2\nkill -SEGV $$\n' >"$kernels/9.2/linux"
echo "this is no program" >"$kernels/9.3/linux"
chmod +x "$kernels"/9.[123]/linux
echo "not executable" >"$kernels/9.4/linux"
ln -s "$real" "$kernels/9.9/linux"
ends 2 "a kernel that panics" env TCPLAB_KERNELS="$kernels" "$lab" run handshake --kernel 9.1
one_message "Kernel panic - not syncing: no init"
ends 2 "a kernel that crashes" env TCPLAB_KERNELS="$kernels" "$lab" run handshake --kernel 9.2
one_message "starting"
ends 2 "a kernel that is no program" env TCPLAB_KERNELS="$kernels" "$lab" run handshake --kernel 9.3
one_message "9.3/linux: Exec format error"
ends 2 "a kernel that is not executable" env TCPLAB_KERNELS="$kernels" "$lab" run handshake --kernel 9.4
one_message "there is no lab kernel 9.4 here"
ends 0 "a kernel of another version" env TCPLAB_KERNELS="$kernels" "$lab" run handshake --kernel 9.9 -q
clean
ends 0 "is listed" env TCPLAB_KERNELS="$kernels" "$lab" kernels
says "9.9"

# ---- forty runs of one user -------------------------------------------------

# Those of other users' kernels come and go.
find /dev/shm -mindepth 1 -maxdepth 1 | LC_ALL=C sort >"$area/shm"
shm_is_as_before() {
	until_then=$(($(date +%s) + 5))
	while find /dev/shm -mindepth 1 -maxdepth 1 | LC_ALL=C sort | LC_ALL=C comm -13 "$area/shm" - | grep -q .; do
		[ "$(date +%s)" -lt "$until_then" ] || return 1
	done
}
forty() {
	(cd "$cwd" && i=0 && while [ "$i" -lt 40 ]; do
		timeout 60 "$lab" run handshake --kernel "$newest" -q >"$area/run$i" 2>&1 </dev/null &
		i=$((i + 1))
	done && wait)
	cat "$area"/run* | grep -c '^PASS' | grep -qx 40
}
holds "forty runs at once all pass" forty
nothing_left
holds "nothing is left in /dev/shm" shm_is_as_before

# ---- where none can run -----------------------------------------------------

# uname(2) says i686 to whoever asks for it: another machine, as far as tcplab can tell.
ends 2 "on another architecture" setarch i686 "$lab" run handshake --kernel "$newest"
one_message "lab kernels are x86-64 programs; this machine is i686"
says "use this machine's own kernel: --kernel host"
ends 0 "its own kernel there" setarch i686 "$lab" run handshake --kernel host -q
ends 0 "kernels there" setarch i686 "$lab" kernels
says "lab kernels are x86-64 programs"
silent " virtual "

ends 2 "without ptrace" "$top/tests/without_ptrace.py" "$lab" run handshake --kernel "$newest"
one_message "a lab kernel traces processes of its own, and ptrace(2) says EPERM here"
ends 0 "its own kernel without ptrace" "$top/tests/without_ptrace.py" "$lab" run handshake --kernel host -q
ends 0 "doctor without ptrace" "$top/tests/without_ptrace.py" "$lab" doctor
says "none can run"

finish
