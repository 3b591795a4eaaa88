# SPDX-License-Identifier: MIT
#
# One Makefile for the whole tree; `make help` lists what it can do. Nothing is
# ever written outside build/, except by install, and by kernels (kernels/build.sh
# says where).
#
# Set by whoever builds: CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX, DESTDIR, V=1
# (show commands), WERROR=1, SAN=address,undefined (sanitizers; they get a build
# directory of their own), BUILD (another build directory below build/), KERNELS
# (the lab kernels to build; with KERNELS= check makes do with those that are there).

VERSION := 0.1.0

PREFIX ?= /usr/local
DESTDIR ?=
CFLAGS ?= -O2 -g
FUZZ_SECONDS ?= 20
KERNELS ?= auto
V ?= 0
WERROR ?= 0
SAN ?=

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

Q := $(if $(filter 1,$(V)),,@)
say = @$(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $(1) $(2))

# ---- where things go --------------------------------------------------------

# build/, build/asan, build/ubsan, build/asan-ubsan: objects of one kind never
# meet those of another.
empty :=
space := $(empty) $(empty)
comma := ,
san_name := $(subst $(comma),-,$(patsubst address%,asan%,$(subst undefined,ubsan,$(SAN))))
BUILD ?= build$(if $(SAN),/$(san_name))
OBJ := $(BUILD)/obj
TCPLAB := $(BUILD)/tcplab
LIB := $(BUILD)/libtcplab.a

# ---- sources ----------------------------------------------------------------

MAIN_SRC := runner/main.c
LIB_SRC := $(wildcard netns/*.c lua/*.c) $(filter-out $(MAIN_SRC),$(wildcard runner/*.c))
TEST_SRC := $(wildcard tests/test_*.c)
TEST_SH := $(wildcard tests/test_*.sh)
BENCH_SRC := $(wildcard tests/bench_*.c)
PROG_SRC := $(wildcard tests/prog_*.c)
FUZZ_SRC := $(wildcard tests/fuzz_*.c)
HARNESS_SRC := tests/harness.c
ALL_C := $(wildcard $(MAIN_SRC)) $(LIB_SRC) $(HARNESS_SRC) $(TEST_SRC) $(BENCH_SRC) $(PROG_SRC) $(FUZZ_SRC)
ALL_H := $(wildcard netns/*.h lua/*.h runner/*.h tests/*.h)

LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)
MAIN_OBJ := $(MAIN_SRC:%.c=$(OBJ)/%.o)
HARNESS_OBJ := $(HARNESS_SRC:%.c=$(OBJ)/%.o)
TESTS := $(TEST_SRC:tests/%.c=$(BUILD)/tests/%)
# What labs of the tests start on their hosts.
PROGS := $(PROG_SRC:tests/%.c=$(BUILD)/tests/%)
BENCHES := $(BENCH_SRC:tests/%.c=$(BUILD)/%)
FUZZERS := $(FUZZ_SRC:tests/%.c=$(BUILD)/%)

# ---- libraries --------------------------------------------------------------

# On a new machine pkg-config itself is missing when make reads this: every call
# is silent, and $(BUILD)/flags, which every object needs, says what to install.
PKG_CONFIG ?= pkg-config
export PKG_CONFIG
pkg = $(shell $(PKG_CONFIG) $(1) 2>/dev/null)

# Distributions do not agree on the name of Lua 5.4.
LUA_PKG := $(shell for n in lua5.4 lua54 lua-5.4 lua; do \
	$(PKG_CONFIG) --exists "$$n >= 5.4 $$n < 5.5" 2>/dev/null && echo $$n && break; done)
PKGS := $(or $(LUA_PKG),lua5.4) libnl-3.0 libnl-route-3.0 libcmark jansson libutf8proc ncursesw
HAVE_PKGS := $(shell $(PKG_CONFIG) --exists $(PKGS) 2>/dev/null && echo yes)
PKG_CFLAGS := $(call pkg,--cflags $(PKGS))
PKG_LIBS := $(call pkg,--libs $(PKGS))
CHECK_CFLAGS := $(call pkg,--cflags check)
CHECK_LIBS := $(call pkg,--libs check)

# ---- flags ------------------------------------------------------------------

# No warning is switched off. One that has to be gets its reason on its line.
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla \
	-Wformat=2 -Wswitch-enum -Wpointer-arith -Wwrite-strings

# Undefined behaviour ends the program: a report that nobody reads is no test.
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

OUR_CPPFLAGS := -D_GNU_SOURCE -DTCPLAB_VERSION='"$(VERSION)"' $(PKG_CFLAGS)
OUR_CFLAGS := -std=gnu17 $(WARNINGS) $(if $(filter 1,$(WERROR)),-Werror) $(SAN_FLAGS)
OUR_LDFLAGS := $(SAN_FLAGS)
OUR_LIBS := $(PKG_LIBS) -lm

# Ours first, so that whoever builds has the last word.
compile = $(CC) $(OUR_CPPFLAGS) $(EXTRA_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP
link = $(CC) $(OUR_CFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS)

# The sanitizers slow everything down; Check's own limits stretch with them.
SAN_ENV := $(if $(SAN),CK_TIMEOUT_MULTIPLIER=5 UBSAN_OPTIONS=print_stacktrace=1)
# build/kernels has a link to every lab kernel that `make kernels` built or found.
TEST_ENV := TCPLAB="$(CURDIR)/$(TCPLAB)" TCPLAB_BUILD="$(CURDIR)/$(BUILD)" TCPLAB_SAN="$(SAN)" \
	TCPLAB_KERNELS="$(CURDIR)/build/kernels" $(SAN_ENV)

# ---- building ---------------------------------------------------------------

.PHONY: all run kernels golden check check-run check-kernels tests install uninstall clean asan ubsan lint format-check format \
	fuzz fuzz-run bench bench-run help FORCE

all: $(TCPLAB) ## build the program (the default)

# Rewritten only when they differ, so that other flags mean other objects.
flag_line := $(subst ','\'',$(CC) $(VERSION) $(PKG_CFLAGS) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
	$(OUR_LDFLAGS) $(LDFLAGS) $(OUR_LIBS))
$(BUILD)/flags: FORCE
ifneq ($(HAVE_PKGS),yes)
	@.ci/packages --check build
endif
	@mkdir -p $(@D)
	@printf '%s\n' '$(flag_line)' | cmp -s - $@ || printf '%s\n' '$(flag_line)' >$@

$(OBJ)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

# The prelude, and the style and script of a report, are assembled into the binary; there is no other
# way to find them.
$(OBJ)/lua/prelude.o: EXTRA_CPPFLAGS := -DPRELUDE_PATH='"$(CURDIR)/lua/prelude.lua"'
$(OBJ)/lua/prelude.o: lua/prelude.lua
$(OBJ)/runner/assets.o: EXTRA_CPPFLAGS := -DASSETS_PATH='"$(CURDIR)/runner"'
$(OBJ)/runner/assets.o: runner/svg.css runner/report.css runner/report.js
$(OBJ)/tests/%.o: EXTRA_CPPFLAGS := $(CHECK_CFLAGS)

# Made anew when the list of sources changes: a removed file must not live on.
$(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_OBJ)' | cmp -s - $@ || echo '$(LIB_OBJ)' >$@

# q, not r: two folders may have a file of the same name, and r would keep one of them.
$(LIB): $(LIB_OBJ) $(BUILD)/objects
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $(LIB_OBJ)

$(TCPLAB): $(MAIN_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(MAIN_OBJ) $(LIB) $(OUR_LIBS) $(LDLIBS)

$(TESTS): $(BUILD)/tests/%: $(OBJ)/tests/%.o $(HARNESS_OBJ) $(LIB)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $< $(HARNESS_OBJ) $(LIB) $(CHECK_LIBS) $(OUR_LIBS) $(LDLIBS)

$(PROGS): $(BUILD)/tests/%: $(OBJ)/tests/%.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $< -lm $(LDLIBS)

$(BENCHES): $(BUILD)/%: $(OBJ)/tests/%.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $< $(LIB) $(OUR_LIBS) $(LDLIBS)

# Init of a kernel by itself: it needs nothing of ours, and no loader.
$(BUILD)/bench_boot: OUR_LIBS :=
$(BUILD)/bench_boot: OUR_LDFLAGS += -static

$(FUZZERS): $(BUILD)/%: $(OBJ)/tests/%.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(link) -fsanitize=fuzzer -o $@ $< $(LIB) $(OUR_LIBS) $(LDLIBS)

-include $(ALL_C:%.c=$(OBJ)/%.d)

# ---- running and testing ----------------------------------------------------

# run and check call make again: what pkg-config says can only be asked after
# the packages are there.
run: ## install what is missing, build, run the handshake lab
	@.ci/packages build
	@$(MAKE) --no-print-directory all
	@$(TCPLAB) run handshake
	@echo "(tcplab is $(TCPLAB) here; make install puts it where your shell finds it)"

kernels: ## build the lab kernels that are missing, KERNELS="6.1 6.12"
	@kernels/build.sh $(KERNELS)

# A machine that cannot have any (status 3: not x86-64) is tested without them.
check-kernels:
	@$(if $(strip $(KERNELS)),kernels/build.sh $(KERNELS) || [ $$? -eq 3 ],:)

check: check-kernels ## install what is missing, build, run every test
	@.ci/packages build test
	@$(MAKE) --no-print-directory check-run

tests: all $(TESTS) $(PROGS) ## build the tests without running them

check-run: tests
	@$(TEST_ENV) tests/runall.sh $(TEST_SH) $(TESTS)

golden: check-kernels all ## play every lab on the lab kernels and keep the records in tests/golden
	@$(TEST_ENV) TCPLAB_DATA="$(CURDIR)" tests/golden.py update tests/golden labs "$(CURDIR)/$(TCPLAB)" 6.1 6.12

asan: ## every test under AddressSanitizer, in build/asan
	@$(MAKE) --no-print-directory SAN=address check

ubsan: ## every test under UndefinedBehaviorSanitizer, in build/ubsan
	@$(MAKE) --no-print-directory SAN=undefined check

fuzz: ## build the fuzzers with clang, run each for FUZZ_SECONDS=20
	@.ci/packages build fuzz
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer-no-link,address,undefined \
		BUILD=build/fuzz fuzz-run

fuzz-run: $(FUZZERS)
	@tests/fuzzall.sh $(FUZZ_SECONDS) $(FUZZERS)

bench: ## measure: start-up, wall time, lab kernels, socket dump, memory
	@.ci/packages build bench
	@$(MAKE) --no-print-directory bench-run

bench-run: all $(BENCHES)
	@$(TEST_ENV) tests/bench.py

lint: ## clang-tidy, cppcheck, shellcheck
	@.ci/packages build test lint
	@$(MAKE) --no-print-directory lint-run

# prelude.c and assets.c find their files through the same defines as in the build.
LINT_FLAGS = $(OUR_CPPFLAGS) $(CHECK_CFLAGS) -DPRELUDE_PATH='"$(CURDIR)/lua/prelude.lua"' \
	-DASSETS_PATH='"$(CURDIR)/runner"' -std=gnu17

.PHONY: lint-run
lint-run:
	$(call say,TIDY,"$(words $(ALL_C)) files")
	$(Q)printf '%s\n' $(ALL_C) | xargs -P "$$(nproc)" -I{} \
		sh -c 'out=$$(clang-tidy --quiet "$$@" 2>&1) || { printf "%s\n" "$$out"; exit 1; }' \
		sh {} -- $(LINT_FLAGS)
	$(call say,CPPCHECK,"$(words $(ALL_C)) files")
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=.ci/cppcheck -j "$$(nproc)" \
		-D_GNU_SOURCE -D__linux__ -DTCPLAB_VERSION='"$(VERSION)"' \
		-DPRELUDE_PATH='"lua/prelude.lua"' -DASSETS_PATH='"runner"' $(ALL_C)
	$(call say,SHELL,"scripts")
	$(Q)shellcheck .ci/run .ci/packages $(wildcard tests/*.sh kernels/*.sh)

format-check: ## is every C file as clang-format would have it?
	@.ci/packages format
	$(Q)clang-format --dry-run -Werror $(ALL_C) $(ALL_H)

format: ## let clang-format rewrite every C file
	@.ci/packages format
	$(Q)clang-format -i $(ALL_C) $(ALL_H)

# ---- installing -------------------------------------------------------------

# One list of "source target" pairs: what install puts there is what uninstall
# takes away, and nothing else.
SHARE := $(PREFIX)/share
DATA := labs/course $(wildcard labs/*.lua labs/servers/*.py content/*/*.md)
INSTALLED := $(foreach f,$(DATA),$(f):$(SHARE)/tcplab/$(f)) \
	$(if $(wildcard docs/tcplab.1),docs/tcplab.1:$(SHARE)/man/man1/tcplab.1) \
	$(if $(wildcard docs/completions/tcplab.bash),\
	docs/completions/tcplab.bash:$(SHARE)/bash-completion/completions/tcplab) \
	$(if $(wildcard docs/completions/_tcplab),\
	docs/completions/_tcplab:$(SHARE)/zsh/site-functions/_tcplab)

# The lab kernels that were built, or put among them by hand. Which ones these were is
# kept beside them, because uninstall may see others.
LAB_KERNELS := $(PREFIX)/lib/tcplab/kernels

install: all ## PREFIX=/usr/local, DESTDIR
	$(Q)install -D -m 755 $(TCPLAB) '$(DESTDIR)$(PREFIX)/bin/tcplab'
	$(Q)for pair in $(INSTALLED); do \
		install -D -m 644 "$${pair%%:*}" '$(DESTDIR)'"$${pair#*:}" || exit 1; \
	done
	$(Q)kernels/build.sh --list | while read -r version kernel; do \
		install -D -m 755 "$$kernel" '$(DESTDIR)$(LAB_KERNELS)/'"$$version/linux" && \
		echo "$$version" >>'$(DESTDIR)$(LAB_KERNELS)/.installed' || exit 1; \
	done

# The folders that only tcplab uses go when they are empty.
uninstall: ## remove what install put there
	$(Q)rm -f '$(DESTDIR)$(PREFIX)/bin/tcplab'
	$(Q)for pair in $(INSTALLED); do rm -f '$(DESTDIR)'"$${pair#*:}" || exit 1; done
	$(Q)for dir in $(addprefix $(SHARE)/tcplab/,$(sort $(dir $(DATA))) content labs) $(SHARE)/tcplab; do \
		if [ -d '$(DESTDIR)'"$$dir" ]; then \
			rmdir --ignore-fail-on-non-empty '$(DESTDIR)'"$$dir" || exit 1; \
		fi; \
	done
	$(Q)[ ! -f '$(DESTDIR)$(LAB_KERNELS)/.installed' ] || ( \
		cd '$(DESTDIR)$(LAB_KERNELS)' && \
		sort -u .installed | while read -r version; do \
			rm -f "$$version/linux" && \
			rmdir --ignore-fail-on-non-empty "$$version" || exit 1; \
		done && rm -f .installed )
	$(Q)for dir in '$(DESTDIR)$(LAB_KERNELS)' '$(DESTDIR)$(PREFIX)/lib/tcplab'; do \
		[ ! -d "$$dir" ] || rmdir --ignore-fail-on-non-empty "$$dir" || exit 1; \
	done

clean: ## remove build/
	$(Q)rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | \
		while IFS="$$(printf '\t')" read -r target text; do \
			printf '  make %-13s %s\n' "$$target" "$$text"; done

FORCE:
