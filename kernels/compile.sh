# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir, config and the like are build.sh's, which reads this file
# shellcheck disable=SC2317 # called by name: through attended, and by the trap
#
# Building one lab kernel; the second half of build.sh.
#
# It is built in a directory of its own below DIR, which is removed however it ends (one that
# a kill -9 left, by the next build). Only what User Mode Linux can need is unpacked. The
# environment does not reach the build (make exports CC, CFLAGS and whatever else was said
# on its command line), and what kbuild would put into the kernel about the place and the
# time is fixed, so that the same source, configuration and compiler give the same file.
# The new kernel has to run and to say its version before it takes the old one's place, by
# one rename: a build that fails leaves the last good one, and its log in DIR/VERSION.
#
# kernels/*.patch change what the configuration cannot; each begins with its reason, and fits
# both 6.1 and 6.12. A kernel is a lab kernel without them, too: its times differ by a microsecond
# from run to run. So a source that one of them does not fit is built without it, and that is said.
#
# unpack -> change -> configure, configured -> compile -> proven -> put into place; each stage
# that fails ends in failed(), which shows the log and changes nothing else.

# To be counted up when what is below makes another kernel of the same source.
# shellcheck disable=SC2034 # used there
recipe=2
# Objects of a build, for the progress: 6.1 and 6.12 measured, others are near it.
objects=650

tmp='' child=''

leave() { # the trap of every end
	[ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null
	[ -z "$tmp" ] || rm -rf "$tmp"
}

# A signal is answered at once, not when what runs has ended.
attended() { # COMMAND...
	local status
	"$@" >>"$tmp/log" 2>&1 &
	child=$!
	wait "$child"
	status=$?
	child=
	return $status
}

# What Kconfig and kbuild read stays (Kconfig, Makefile); the code of drivers and machines
# that User Mode Linux has not would be three quarters of what is written.
unpack() { # ARCHIVE DIRECTORY
	local skip=() name program
	for name in arch/{alpha,arc,arm,arm64,csky,hexagon,loongarch,m68k,microblaze,mips,nios2} \
		arch/{openrisc,parisc,powerpc,riscv,s390,sh,sparc,xtensa} \
		drivers/{accel,clk,gpu,iio,infiniband,media,net/ethernet,net/wireless,pinctrl,scsi} \
		drivers/{staging,usb} sound; do
		skip+=(--exclude="linux*/$name/*.[chS]" --exclude="linux*/$name/*.dts*")
	done
	case $1 in
	*.xz) program='xz -T0' ;;
	*.bz2) program=bzip2 ;;
	*.gz) program=gzip ;;
	*.zst) program=zstd ;;
	esac
	mkdir "$2" && exec nice tar -C "$2" -I "$program" -xf "$1" --strip-components=1 --no-same-owner \
		"${skip[@]}" --exclude='linux*/Documentation/*/*' --exclude='linux*/tools/'{perf,testing}
}

# All of a patch or nothing of it, and no guessing where it might belong.
change() { # VERSION
	local patch fit=(patch -d "$tmp/linux" -p1 -F0 -f --no-backup-if-mismatch)
	for patch in "${patches[@]}"; do
		if "${fit[@]}" --dry-run <"$patch" >>"$tmp/log" 2>&1; then
			"${fit[@]}" <"$patch" >>"$tmp/log" 2>&1 || return
		else
			progress_end
			say "$1: ${patch##*/} does not fit this source, which is built without it"
		fi
	done
}

# A build directory inside of the source directory: kbuild then has no absolute path in it.
kbuild() { # TARGET...
	exec env -i PATH="$PATH" HOME="$tmp" TMPDIR="$tmp" LC_ALL=C TZ=UTC \
		KBUILD_BUILD_TIMESTAMP="$stamp" KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=tcplab \
		KBUILD_BUILD_HOST=tcplab \
		nice make -C "$tmp/linux" O=build ARCH=um LOCALVERSION= -j"$(nproc)" "$@"
}

configure() {
	attended kbuild tinyconfig || return
	config_lines >>"$tmp/linux/build/.config"
	attended kbuild olddefconfig
}

# Kconfig drops what it does not know and what lacks something, without a word.
configured() {
	local line name bad=''
	while read -r line; do
		name=${line%%=*}
		case $line in
		*=n) ! grep -q "^$name=" "$tmp/linux/build/.config" ;;
		*) grep -qxF "$line" "$tmp/linux/build/.config" ;;
		esac || bad="$bad $line"
	done < <(config_lines)
	[ -z "$bad" ] || {
		echo "lab.config: these lines did not take effect in this source:$bad" >>"$tmp/log"
		return 1
	}
}

elapsed() {
	local s=$((SECONDS - began))
	if [ $s -ge 60 ]; then echo "$((s / 60)) min $((s % 60)) s"; else echo "$s s"; fi
}

# On a terminal one line that changes; elsewhere a line a quarter.
progress() { # TEXT
	if [ -t 1 ]; then printf '\r  %-7s %s\033[K' KERNEL "$1"; else say "$1"; fi
}

progress_end() { [ ! -t 1 ] || printf '\r\033[K'; }

compile() { # VERSION
	local line n=0 last=0 quarter=0 status
	mkfifo "$tmp/pipe" || return
	kbuild linux >"$tmp/pipe" 2>&1 &
	child=$!
	while read -r line; do
		printf '%s\n' "$line"
		case $line in
		'CC '* | 'AS '*) n=$((n + 1)) ;;
		*) continue ;;
		esac
		if [ -t 3 ]; then
			[ $SECONDS -ne $last ] || continue
			last=$SECONDS
		else
			[ $((n * 4 / objects)) -gt $quarter ] || continue
			quarter=$((n * 4 / objects))
		fi
		progress "$1: $n objects of about $objects, $(elapsed)" >&3
	done <"$tmp/pipe" 3>&1 >>"$tmp/log"
	wait "$child"
	status=$?
	child=
	echo "($n objects)" >>"$tmp/log"
	return $status
}

# It must run here, and be what it is meant to be.
proven() { # VERSION
	strip "$tmp/linux/build/linux" >>"$tmp/log" 2>&1 || return
	release=$("$tmp/linux/build/linux" --version 2>>"$tmp/log")
	case $release in
	"$1".*) ;;
	*)
		echo "it says that it is version '$release', not $1" >>"$tmp/log"
		return 1
		;;
	esac
}

executable() { # DIRECTORY
	printf '#!/bin/sh\n' >"$1/try" && chmod +x "$1/try" && "$1/try" 2>/dev/null
}

failed() { # VERSION STAGE
	local log=$dir/$1/build.log
	progress_end
	mkdir -p "$dir/$1" && cp "$tmp/log" "$log"
	{
		echo "kernels/build.sh: kernel $1 could not be built ($2). The log ends:"
		tail -n 20 "$log" | sed 's/^/    /'
		echo "The whole log: $log"
		[ ! -x "$dir/$1/linux" ] || echo "The kernel that was there is still there: $dir/$1/linux"
	} >&2
	rm -rf "$tmp"
	tmp=
	return 1
}

build() { # VERSION: into $dir, which is locked
	local archive began=$SECONDS place stamp release id
	rm -rf "$dir"/.build-*
	# A link to a place of old, which cannot be written now.
	[ ! "$dir" -ef "$links" ] || [ ! -L "$dir/$1" ] || rm -f "$dir/$1"
	archive=$(source_of "$1") || die 1 "the source of $1 is not in $sources"
	id=$(source_id "$1")
	# Kbuild takes neither a space nor a colon in its path.
	place=$dir/.build-$1
	case $dir in *[!A-Za-z0-9_./@%+,~-]*) place=${TMPDIR:-/tmp}/tcplab-kernel ;; esac
	tmp=$(mktemp -d "$place.XXXXXX") || die 1 "no directory can be made in ${place%/*}"
	executable "$tmp" || die 1 "no program can be run in ${tmp%/*} (mounted noexec?)" \
		"let TCPLAB_KERNELS name a folder where programs may run"
	stamp=$(date -u -d "@$(stat -L -c %Y "$archive")")

	progress "$1: unpacking ${archive##*/}"
	attended unpack "$archive" "$tmp/linux" || { failed "$1" unpacking; return; }
	change "$1" || { failed "$1" "changing it"; return; }
	progress "$1: configuring"
	{ configure && configured; } || { failed "$1" configuring; return; }
	compile "$1" || { failed "$1" compiling; return; }
	proven "$1" || { failed "$1" "trying it"; return; }

	# The kernel first: when it all ends between the two, the old id asks for a new build.
	{
		mkdir -p "$dir/$1" && install -m 755 "$tmp/linux/build/linux" "$dir/$1/.linux" &&
			printf '%s\n%s\n' "$id" "$config_line" >"$dir/$1/.id" &&
			mv -f "$dir/$1/.linux" "$dir/$1/linux" && mv -f "$dir/$1/.id" "$dir/$1/id"
	} || { failed "$1" "putting it into place"; return; }
	rm -f "$dir/$1/build.log"
	rm -rf "$tmp"
	tmp=
	progress_end
	say "$release: built in $(elapsed), $(($(stat -c %s "$dir/$1/linux") / 1000)) kB, $dir/$1/linux"
}
