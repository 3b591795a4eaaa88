#!/bin/sh
# SPDX-License-Identifier: MIT
#
# kernels/build.sh with a kernel source of three files: what it builds, when it does
# nothing, and that nothing that goes wrong costs the kernel that was there.
. "$(dirname "$0")/checks.sh"
unset TCPLAB_KERNELS XDG_CACHE_HOME KERNELS

tree=$area/tree sources=$area/sources store=$area/store
mkdir -p "$tree/.ci" "$area/path" "$sources" "$area/linux" "$store"
cp -r "$top/kernels" "$tree/kernels"
build=$tree/kernels/build.sh
TCPLAB_KERNEL_SOURCES=$sources
export TCPLAB_KERNEL_SOURCES
# What is missing on this machine is no matter here: it writes down what it is asked for.
printf '#!/bin/sh\necho "$@" >>"%s/asked"\n' "$area" >"$tree/.ci/packages"
chmod +x "$tree/.ci/packages"

# A source: knows one option, prints forty objects, makes a program that says its version.
# It waits at a gate when there is one.
packed=0
source_of() { # VERSION-IT-SAYS LAST-COMMAND
	cat >"$area/linux/Makefile" <<-END
	.RECIPEPREFIX = >
	tinyconfig:
	> @mkdir -p build && : >build/.config
	olddefconfig:
	> @sed -i '/CONFIG_NOT_THERE/d; /=n\$\$/d' build/.config
	linux:
	> @echo built >>$area/builds
	> @[ ! -p $area/gate ] || exec cat $area/gate
	> @for n in 1 2 3 4; do for m in 0 1 2 3 4 5 6 7 8 9; do echo "  CC      object\$\$n\$\$m.o"; done; done
	> @gcc -o build/linux main.c
	> @$2
	END
	printf '#include <stdio.h>\nint main(void) { return puts("%s") < 0; }\n' "$1" >"$area/linux/main.c"
	tar -C "$area" -czf "$sources/linux-source-9.1.tar.gz" linux
	# A source is known by its size and its second, and two may be packed within one.
	packed=$((packed + 1))
	touch -d "@$((1700000000 + packed))" "$sources/linux-source-9.1.tar.gz"
}

builds() { # NUMBER: that many since the last time it was asked
	touch "$area/builds"
	holds "$1 builds" [ "$1" -eq "$(wc -l <"$area/builds")" ]
	rm -f "$area/builds"
}

left() { # nothing but kernels in the store
	holds "nothing else in the store" [ -z "$(find "$store" -mindepth 1 ! -name linux ! -name id ! -name '[1-9]*' \
		! -name build.log)" ]
	nothing_left
}

kernel() { env TCPLAB_KERNELS="$store" "$build" "$@"; }
inode() { ls -i "$store/9.1/linux"; }

# ---- wrong use --------------------------------------------------------------

source_of 9.1.5 true
ends 2 "no version" "$build"
says "usage: kernels/build.sh"
ends 2 "an option that is none" "$build" --all
says "usage: kernels/build.sh"
for bad in 6 6.x 6.12.1 ../6.1 linux-6.1 '6.1 6.12'; do
	ends 2 "version '$bad'" "$build" "$bad"
	says "'$bad' is not a kernel version"
done
ends 2 "a folder that depends on where one is" env TCPLAB_KERNELS=here "$build" 9.1
says "the whole path"
# shellcheck disable=SC2016 # for the script that this makes
printf '#!/bin/sh\ncase $1 in -m) echo aarch64 ;; *) echo Linux ;; esac\n' >"$area/path/uname"
chmod +x "$area/path/uname"
ends 3 "another machine" env PATH="$area/path:$PATH" "$build" 9.1
says "x86-64 only; this is Linux on aarch64"
says "--kernel host"
rm "$area/path/uname"
builds 0

# ---- building, once ---------------------------------------------------------

ends 0 "a build" env TCPLAB_KERNELS="$store" "$build" 9.1
says "9.1.5: built in"
[ $failed -eq 0 ] || finish # all that follows would be wrong, too
holds "it asked for the packages" grep -qxF "kernels kernel-9.1" "$area/asked"
holds "the kernel is there" [ "$("$store/9.1/linux")" = 9.1.5 ]
holds "everybody may run it" [ "$(stat -c %a "$store/9.1/linux")" = 755 ]
holds "its id is there" grep -q '^config [0-9a-f]\{64\} recipe [0-9]*$' "$store/9.1/id"
holds "the tree knows of it" [ "$tree/build/kernels/9.1/linux" -ef "$store/9.1/linux" ]
builds 1
left

was=$(inode)
rm "$area/asked"
ends 0 "again" env TCPLAB_KERNELS="$store" "$build" 9.1
says "9.1: up to date, $store/9.1/linux"
holds "no package was asked for" [ ! -e "$area/asked" ]
echo "# a remark" >>"$tree/kernels/lab.config"
ends 0 "with another comment" env TCPLAB_KERNELS="$store" "$build" 9.1
mv "$sources/linux-source-9.1.tar.gz" "$area/away"
ends 0 "without the source" env TCPLAB_KERNELS="$store" "$build" 9.1
mv "$area/away" "$sources/linux-source-9.1.tar.gz"
ends 0 "found through the tree's link" env -u HOME "$build" 9.1
says "up to date"
builds 0
holds "the kernel is the same file" [ "$was" = "$(inode)" ]

echo CONFIG_ONE_MORE=y >>"$tree/kernels/lab.config"
ends 0 "another configuration" env TCPLAB_KERNELS="$store" "$build" 9.1
builds 1
source_of 9.1.6 true
ends 0 "another source" env TCPLAB_KERNELS="$store" "$build" 9.1
says "9.1.6: built in"
builds 1
rm "$store/9.1/id"
ends 0 "a kernel without an id" env TCPLAB_KERNELS="$store" "$build" 9.1
rm -r "$store/9.1"
mkdir "$store/.build-9.1.stale"
ends 0 "an empty store, and what a kill -9 left" env TCPLAB_KERNELS="$store" "$build" 9.1
builds 2
left

# make hands on whatever was said on its command line.
rm "$store/9.1/id"
ends 0 "a strange environment" env TCPLAB_KERNELS="$store" MAKEFLAGS=-n CC=false CFLAGS=-bad ARCH=none O=/none \
	LOCALVERSION=-mine "$build" 9.1
builds 1

# A patch that fits is in the kernel; one that does not is left out, and that is said.
patch_of() { # FROM TO
	cat >"$tree/kernels/try.patch" <<-END
	Why it is.

	--- a/main.c
	+++ b/main.c
	@@ -1,2 +1,2 @@
	 #include <stdio.h>
	-int main(void) { return puts("$1") < 0; }
	+int main(void) { return puts("$2") < 0; }
	END
}
rm "$tree"/kernels/*.patch
ends 0 "without patches" env TCPLAB_KERNELS="$store" "$build" 9.1
silent "does not fit"
patch_of 9.1.6 9.1.66
ends 0 "with a patch" env TCPLAB_KERNELS="$store" "$build" 9.1
silent "does not fit"
holds "it is patched" [ "$("$store/9.1/linux")" = 9.1.66 ]
sed -i 's/Why it is/Why/' "$tree/kernels/try.patch"
ends 0 "another reason for the patch" env TCPLAB_KERNELS="$store" "$build" 9.1
says "up to date"
patch_of 9.1.7 9.1.77
ends 0 "with a patch for another source" env TCPLAB_KERNELS="$store" "$build" 9.1
says "9.1: try.patch does not fit this source, which is built without it"
holds "it is not patched" [ "$("$store/9.1/linux")" = 9.1.6 ]
builds 3
left

# ---- what goes wrong --------------------------------------------------------

was=$(inode)
cp "$store/9.1/id" "$area/id"
unharmed() { # STAGE
	says "kernel 9.1 could not be built ($1)"
	says "The kernel that was there is still there: $store/9.1/linux"
	says "The whole log: $store/9.1/build.log"
	holds "the kernel is the same file" [ "$was" = "$(inode)" ]
	holds "it still runs" [ "$("$store/9.1/linux")" = 9.1.6 ]
	holds "its id is the same" cmp "$store/9.1/id" "$area/id"
	holds "the whole log is there" [ -s "$store/9.1/build.log" ]
	left
}
cp "$tree/kernels/lab.config" "$area/lab.config"
echo CONFIG_NOT_THERE=y >>"$tree/kernels/lab.config"
ends 1 "a line that no Kconfig knows" env TCPLAB_KERNELS="$store" "$build" 9.1
says "did not take effect in this source: CONFIG_NOT_THERE=y"
unharmed configuring
cp "$area/lab.config" "$tree/kernels/lab.config"

source_of 9.1.7 false
ends 1 "a compiler that fails" env TCPLAB_KERNELS="$store" "$build" 9.1
says "object49.o"
says "object33.o"
silent "object22.o"
unharmed compiling
source_of 8.8.1 true
ends 1 "a kernel of another version" env TCPLAB_KERNELS="$store" "$build" 9.1
says "it says that it is version '8.8.1', not 9.1"
unharmed "trying it"
head -c 200 "$sources/linux-source-9.1.tar.gz" >"$area/cut"
mv "$area/cut" "$sources/linux-source-9.1.tar.gz"
ends 1 "an archive that is cut off" env TCPLAB_KERNELS="$store" "$build" 9.1
unharmed unpacking
rm "$sources/linux-source-9.1.tar.gz" "$store/9.1/id"
ends 1 "no source" env TCPLAB_KERNELS="$store" "$build" 9.1
says "the source of 9.1 is not in $sources"
left
source_of 9.1.8 true
ends 0 "and all is well again" env TCPLAB_KERNELS="$store" "$build" 9.1
holds "the log of the failure is gone" [ ! -e "$store/9.1/build.log" ]
: >"$area/file"
ends 1 "a store that cannot be" env TCPLAB_KERNELS="$area/file/store" "$build" 9.1
says "not writable"

# ---- where ------------------------------------------------------------------

rm -rf "$tree/build"
ends 0 "no home" env -u HOME "$build" 9.1
holds "it is in the tree" [ -x "$tree/build/kernels/9.1/linux" ]
ends 0 "a home that cannot be written" env HOME="$area/file" "$build" 9.1
says "up to date"
rm -rf "$tree/build"
ends 0 "the same, built" env HOME="$area/file" "$build" 9.1
holds "it is in the tree, too" [ -x "$tree/build/kernels/9.1/linux" ]
rm -rf "$tree/build"
mkdir "$area/a home: of spaces"
ends 0 "a home of spaces" env HOME="$area/a home: of spaces" "$build" 9.1
holds "it is there" [ -x "$area/a home: of spaces/.cache/tcplab/kernels/9.1/linux" ]
ends 0 "XDG_CACHE_HOME" env XDG_CACHE_HOME="$area/xdg" HOME=/nonexistent "$build" 9.1
holds "it is in the place of before" [ ! -e "$area/xdg/tcplab/kernels/9.1" ]
rm -rf "$tree/build"
ends 0 "XDG_CACHE_HOME, no link" env XDG_CACHE_HOME="$area/xdg" HOME=/nonexistent "$build" 9.1
holds "it is in XDG_CACHE_HOME" [ -x "$area/xdg/tcplab/kernels/9.1/linux" ]

mkdir -p "$store/5.10" "$store/5.15" "$store/7.0"
cp /bin/true "$store/5.10/linux"
: >"$store/5.15/linux"
ends 0 "list" env -u HOME TCPLAB_KERNELS="$store" "$build" --list
says "5.10 $store/5.10/linux"
says "9.1 $store/9.1/linux"
silent "5.15"
silent "7.0"
holds "one of each version" [ "$(cut -d' ' -f1 "$out" | sort | uniq -d | wc -l)" -eq 0 ]
ends 0 "source" "$build" --source 9.1
says "$sources/linux-source-9.1.tar.gz"
ends 1 "source of nothing" "$build" --source 4.4

# ---- two at once, and an end in the middle -----------------------------------

wait_for() { # COMMAND: until it holds; the answer is its own
	deadline=$(($(date +%s) + 30))
	until "$@" || [ "$(date +%s)" -gt "$deadline" ]; do :; done
	"$@"
}
rm -f "$area/builds"
rm "$store/9.1/id"
mkfifo "$area/gate"
kernel 9.1 >"$area/first" 2>&1 &
first=$!
holds "the first is at it" wait_for [ -s "$area/builds" ]
kernel 9.1 >"$area/second" 2>&1 &
second=$!
holds "the second waits" wait_for grep -q "another build is at work" "$area/second"
holds "its compiler goes on" timeout 30 sh -c ": >'$area/gate'"
holds "the first ends well" wait $first
holds "the second, too" wait $second
rm "$area/gate"
builds 1
left

rm "$store/9.1/id"
was=$(inode)
for signal in TERM INT; do
	mkfifo "$area/gate"
	# A shell's background jobs ignore SIGINT, and what ignores it cannot trap it.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' /usr/bin/env TCPLAB_KERNELS="$store" "$build" 9.1 >"$area/first" 2>&1 &
	first=$!
	holds "it is at it" wait_for [ -s "$area/builds" ]
	kill -$signal $first
	wait $first
	status=$?
	holds "SIG$signal ends it" [ $status -eq 143 -o $status -eq 130 ]
	rm "$area/gate"
	builds 1
	left
done
holds "the kernel is the same file" [ "$was" = "$(inode)" ]

# ---- installing -------------------------------------------------------------

dest=$area/dest
lib=$dest/usr/local/lib/tcplab/kernels
made() { # TARGET
	ends 0 "make $1" env -u HOME TCPLAB_KERNELS="$store" make -C "$top" --no-print-directory -o all \
		"BUILD=$(dirname "$TCPLAB" | sed "s|^$top/||")" PREFIX=/usr/local "DESTDIR=$dest" "$1"
}
mkdir -p "$lib/4.4"
cp /bin/true "$lib/4.4/linux"
made install
holds "a kernel is installed" cmp "$store/9.1/linux" "$lib/9.1/linux"
holds "one of somebody else's, too" cmp "$store/5.10/linux" "$lib/5.10/linux"
made install
rm -r "$store/5.10"
made uninstall
holds "what was there before is there" [ "$(cd "$lib" && find . -type f)" = ./4.4/linux ]
rm -r "$lib/4.4"
made install
made uninstall
holds "no folder is left" [ ! -e "$dest/usr/local/lib/tcplab" ]

# ---- packages ---------------------------------------------------------------

ends 1 "a source that no distribution has" "$top/.ci/packages" --check kernel-4.4
says "linux-source-4.4"

finish
