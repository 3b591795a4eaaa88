#!/bin/bash
# SPDX-License-Identifier: MIT
#
# kernels/build.sh VERSION...    build the lab kernels that are missing or out of date
# kernels/build.sh auto          those that this distribution has the sources of
# kernels/build.sh --list        "VERSION PATH" of every lab kernel that is there
# kernels/build.sh --source V    the source archive of version V, if there is one
#
# Purpose. A lab kernel is User Mode Linux with virtual time: the distribution's kernel
# source, configured by lab.config, built as an ordinary program. It is built once a
# source package and configuration, outside the tree, and shared by all trees of a user.
#
# Where. DIR/VERSION/linux with DIR/VERSION/id beside it, DIR being $TCPLAB_KERNELS, else
# ${XDG_CACHE_HOME:-$HOME/.cache}/tcplab/kernels, else build/kernels in the tree (no home,
# or one that cannot be written). build/kernels/VERSION is a link to what was built
# elsewhere, so that the program, the tests and `make install`, which may run with another
# HOME, find it. A kernel that somebody else put into DIR/VERSION/linux of another version
# is used like ours and never touched.
#
# Up to date. id names the source package with its version, the lines of lab.config and of the
# patches that mean something (by hash), and this recipe. When all fit nothing is done and nothing
# is asked of anybody; when the source package is not installed its version is not judged.
#
# Building is compile.sh's. A build that fails leaves the last good kernel.
#
# Two at once. DIR is locked (flock) while building; who comes second waits, and finds that
# there is nothing left to do.
#
# Not handled: cross building, other architectures (User Mode Linux is x86 only), sources
# that are neither a package of the distribution nor an archive in $TCPLAB_KERNEL_SOURCES.
#
# Exit status: 0 all are there, 1 a build failed, 2 wrong use, 3 this machine cannot.
set -u
shopt -s nullglob
umask 022

top=$(cd "$(dirname "$0")/.." && pwd) || exit 1
config=$top/kernels/lab.config
patches=("$top"/kernels/*.patch)
links=$top/build/kernels
sources=${TCPLAB_KERNEL_SOURCES:-/usr/src}

# shellcheck source=kernels/compile.sh
. "$top/kernels/compile.sh"

say() { printf '  %-7s %s\n' KERNEL "$*"; }

die() { # STATUS MESSAGE...
	local status=$1
	shift
	printf 'kernels/build.sh: %s\n' "$@" >&2
	exit "$status"
}

# ---- what there is ----------------------------------------------------------

# Debian: linux-source-6.1.tar.xz. Ubuntu: linux-source-6.8.0.tar.bz2. kernel.org:
# linux-6.6.30.tar.xz, which whoever has no such package can put there.
source_of() { # VERSION
	local file
	for file in "$sources/linux-source-$1"{,.0}.tar.{xz,bz2,gz,zst} \
		"$sources/linux-$1"{,.*}.tar.{xz,bz2,gz,zst}; do
		[ -f "$file" ] && echo "$file" && return 0
	done
	return 1
}

# The first line of an id: a package and its version; an archive that belongs to no
# package is told from the next by size and date.
source_id() { # VERSION: nothing when there is no source
	local file package version
	file=$(source_of "$1") || return 0
	case $file in
	/usr/src/linux-source-*)
		package=${file##*/}
		package=${package%.tar.*}
		version=$(dpkg-query -W -f '${db:Status-Abbrev}${Version}' "$package" 2>/dev/null)
		case $version in
		ii\ *)
			echo "source $package ${version#ii }"
			return
			;;
		esac
		;;
	esac
	echo "source ${file##*/} $(stat -L -c '%s %Y' "$file")"
}

# Comments may change without anything being built again.
config_lines() { grep '^CONFIG_' "$config"; }
patch_lines() { awk 'FNR == 1 { on = 0 } /^--- / { on = 1 } on' "${patches[@]}" </dev/null; }
config_id() {
	local lines
	lines=$(config_lines | LC_ALL=C sort && patch_lines)
	echo "config $(sha256sum <<<"$lines" | cut -c 1-64) recipe $recipe"
}

up_to_date() { # DIR VERSION
	local wanted there
	[ -x "$1/$2/linux" ] && [ -f "$1/$2/id" ] || return 1
	there=$(<"$1/$2/id")
	wanted=$(source_id "$2")
	[ "${there#*$'\n'}" = "$config_line" ] &&
		{ [ -z "$wanted" ] || [ "${there%%$'\n'*}" = "$wanted" ]; }
}

# Which versions to build when nobody says it: those of the two that the labs are about,
# 6.1 and 6.12, that the distribution has, else the one it has.
auto_versions() {
	local id file
	# shellcheck source=/dev/null
	id=$(. /etc/os-release 2>/dev/null && echo "${ID-}:${VERSION_ID-}")
	case $id in
	debian:12) echo 6.1 6.12 ;;
	debian:13) echo 6.12 ;;
	ubuntu:24.04) echo 6.8 ;;
	*)
		for file in "$sources"/linux-{source-,}[1-9]*.tar.*; do
			file=${file##*/linux-}
			file=${file#source-}
			[[ $file =~ ^[0-9]+\.[0-9]+ ]] && echo "${BASH_REMATCH[0]}"
		done | sort -uV | tr '\n' ' '
		;;
	esac
}

cache() { # the user's own folder of kernels; nothing without a home. XDG: absolute paths count
	case ${XDG_CACHE_HOME-} in
	/*) echo "$XDG_CACHE_HOME/tcplab/kernels" ;;
	*) case ${HOME-} in /*) echo "${HOME%/}/.cache/tcplab/kernels" ;; esac ;;
	esac
}

can_write() { mkdir -p "$1" 2>/dev/null && [ -w "$1" ]; }

list() {
	local dir kernel version seen=' '
	for dir in "${TCPLAB_KERNELS-}" "$links" "$(cache)"; do
		[ -n "$dir" ] || continue
		for kernel in "$dir"/[1-9]*/linux; do
			version=${kernel%/linux}
			version=${version##*/}
			[ -x "$kernel" ] || continue
			case $version in *[!A-Za-z0-9._+-]*) continue ;; esac
			case $seen in *" $version "*) continue ;; esac
			seen="$seen$version "
			echo "$version $kernel"
		done
	done
}

# ---- all of them ------------------------------------------------------------

lock() {
	local fd
	exec {fd}<"$dir" || die 1 "$dir cannot be read"
	flock -n "$fd" && return
	say "another build is at work in $dir: waiting for it"
	flock "$fd" &
	child=$!
	wait "$child" || die 1 "$dir cannot be locked"
	child=
}

# What was built elsewhere is found through a link in the tree. A directory there is either
# a kernel of ours from a time without a home, which is worth nothing now, or somebody's own.
link() { # DIR VERSION
	local at=$links/$2
	[ ! "$1" -ef "$links" ] && [ "$(readlink "$at")" != "$1/$2" ] || return 0
	if ! can_write "$links"; then
		say "$2: only who has the same home finds it ($links cannot be written)"
		return 0
	fi
	if [ -d "$at" ] && [ ! -L "$at" ]; then
		[ -f "$at/id" ] || { say "$2: $at is not ours and stays"; return 0; }
		rm -rf "$at"
	fi
	ln -sfn "$1/$2" "$at" || die 1 "$at cannot be made"
}

# Where an up to date kernel lies, be that folder writable or not. One that the tree knows
# will do, unless a folder was asked for by name.
place_of() { # VERSION
	local place known=("$links")
	[ -z "${TCPLAB_KERNELS-}" ] || known=()
	for place in "${known[@]}" "${places[@]}"; do
		up_to_date "$place" "$1" && echo "$place" && return
	done
	return 1
}

# A function, so that bash has read all of this before a build of minutes begins, during
# which the file may change.
main() {
	local version place places home todo status=0
	case ${1-} in
	--list)
		list
		exit
		;;
	--source)
		source_of "${2-}"
		exit
		;;
	'' | -*) die 2 "usage: kernels/build.sh auto | VERSION... | --list | --source VERSION" ;;
	esac

	[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
		die 3 "lab kernels are User Mode Linux, which is x86-64 only; this is $(uname -s) on $(uname -m)" \
			"labs run on the machine's own kernel: tcplab run LAB --kernel host"
	if [ "$*" = auto ]; then
		# shellcheck disable=SC2046 # a list of words
		set -- $(auto_versions)
		[ $# -gt 0 ] || die 1 "it is not known which kernel sources this distribution has" \
			"put linux-VERSION.tar.xz of kernel.org into $sources"
	fi
	for version in "$@"; do
		[[ $version =~ ^[1-9][0-9]*\.[0-9]+$ ]] ||
			die 2 "'$version' is not a kernel version like 6.12 (KERNELS=\"6.1 6.12\", or auto)"
	done

	config_line=$(config_id)
	places=("$links")
	home=$(cache)
	[ -z "$home" ] || places=("$home" "$links")
	[ -z "${TCPLAB_KERNELS-}" ] || places=("$TCPLAB_KERNELS")
	for place in "${places[@]}"; do
		case $place in /*) ;; *) die 2 "TCPLAB_KERNELS=$place: the whole path, please" ;; esac
	done

	todo=()
	for version in "$@"; do
		if place=$(place_of "$version"); then
			link "$place" "$version"
			say "$version: up to date, $place/$version/linux"
		else
			todo+=("$version")
		fi
	done
	[ ${#todo[@]} -gt 0 ] || exit 0

	"$top/.ci/packages" kernels "${todo[@]/#/kernel-}" || exit 1
	dir=
	for place in "${places[@]}"; do
		can_write "$place" && dir=$place && break
	done
	[ -n "$dir" ] || die 1 "lab kernels cannot be kept in ${places[*]}: not writable" \
		"let TCPLAB_KERNELS name a folder that is"
	trap leave EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	lock
	for version in "${todo[@]}"; do
		# Somebody else may have built it while this one waited.
		up_to_date "$dir" "$version" || build "$version" || { status=1; continue; }
		link "$dir" "$version"
	done
	exit $status
}

main "$@"
