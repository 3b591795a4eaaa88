#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make install puts a tcplab somewhere that works from there; make uninstall takes
# away what install put, all of it and nothing else.
. "$(dirname "$0")/checks.sh"

dest=$area/dest
prefix=$dest/usr/local
build=${TCPLAB_BUILD:-$top/build}
# The binary under test is installed as it is: nothing is built here, whatever the
# outer make was told, and nothing is written into the tree.
cat >"$area/made" <<END
#!/bin/sh
exec make -C "$top" --no-print-directory -o all "BUILD=${build#"$top"/}" PREFIX=/usr/local "DESTDIR=$dest" "\$1"
END
chmod +x "$area/made"
unset TCPLAB_DATA

mkdir -p "$prefix/share/tcplab/labs" "$prefix/bin"
echo mine >"$prefix/share/tcplab/labs/mine.txt"
echo other >"$prefix/bin/other"
find "$dest" | sort >"$area/before"

ends 0 "make install" "$area/made" install
find "$dest" -type f | sort >"$area/installed"
for file in bin/tcplab share/tcplab/labs/handshake.lua share/tcplab/labs/course share/tcplab/content/en/handshake.md \
	share/tcplab/content/zh/handshake.md share/man/man1/tcplab.1; do
	holds "$file is there" [ -f "$prefix/$file" ]
done
holds "the binary is that of the build" cmp "$prefix/bin/tcplab" "$build/tcplab"
holds "the binary may be run by everybody" sh -c "ls -l '$prefix/bin/tcplab' | grep -q '^-rwxr-xr-x'"
holds "the data may be read by everybody" sh -c \
	"! find '$prefix/share' -name '*.lua' ! -perm 644 -o -name '*.md' ! -perm 644 | grep ."

lab=$prefix/bin/tcplab
ends 0 "list, installed" "$lab" list
says "Three-way handshake"
ends 0 "show, installed" "$lab" show handshake --lang zh
says "三次握手"
ends 0 "run, installed" "$lab" run handshake --format json
holds "it plays its own lab" grep -qF "\"file\":\"$prefix/share/tcplab/labs/handshake.lua\"" "$out"
ends 0 "run as text, installed" "$lab" run handshake --param delay=5ms
says "PASS handshake"
ends 0 "started through a symbolic link" sh -c "ln -s '$lab' '$area/link' && exec '$area/link' list"
says "handshake"
ends 0 "doctor, installed" "$lab" doctor
says "$prefix/share/tcplab/labs"

ends 0 "make install again" "$area/made" install
find "$dest" -type f | sort >"$area/again"
holds "the second changes nothing" diff "$area/installed" "$area/again"
ends 0 "make uninstall" "$area/made" uninstall
find "$dest" -type f | sort >"$area/after"
holds "what is left is what was there before" sh -c \
	"while read -r f; do [ -d \"\$f\" ] || echo \"\$f\"; done <'$area/before' | diff - '$area/after'"
rm "$prefix/share/tcplab/labs/mine.txt"
ends 0 "make uninstall again" "$area/made" uninstall
holds "its own folders are gone" sh -c "! find '$dest' -name '*tcplab*' | grep ."
ends 2 "an installed binary without its labs" sh -c "mkdir -p '$area/alone/bin' &&
	cp '$build/tcplab' '$area/alone/bin/' && exec '$area/alone/bin/tcplab' list"
one_message "make install"

finish
