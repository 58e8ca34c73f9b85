# SPDX-License-Identifier: GPL-2.0-or-later
# Zwinger's one Makefile. `make` builds build/zwinger without root and network;
# `make check` installs what it needs (Debian packages) and runs every test.

# No rules of make's own: yacc's would write grammar/parse.y over parse.c.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

CC       ?= cc
BUILD    ?= build
V        ?= 0
CSTD     := -std=c11 -D_POSIX_C_SOURCE=200809L -D_GNU_SOURCE
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wundef -Wcast-qual
HARDEN   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS   ?= -O2 -g
SAN      ?=
# gcc warns falsely of instrumented code, so only plain builds insist.
ifeq ($(CI)$(SAN),true)
WARN     += -Werror
endif
ifneq ($(SAN),)
# gcc 12 takes the sanitizer's null checks for null format strings.
WARN     += -Wno-format-truncation -Wno-unknown-warning-option
endif
ALL_CFLAGS = $(CSTD) $(WARN) $(if $(SAN),$(SAN),$(HARDEN)) $(CFLAGS) -I. -I$(BUILD)/gen -MMD -MP
ALL_LDFLAGS = $(if $(SAN),$(SAN),-pie -Wl,-z,relro,-z,now) $(LDFLAGS)
LIBS     := -lnftnl -lmnl -lnetfilter_conntrack -ljansson
TEST_LIBS := -lcunit $(LIBS)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2))

FOLDERS := base grammar statement compiler verifier loader lab report state
SRC_OF   = $(sort $(wildcard $(1)/*.c))
obj_of   = $(patsubst %.c,$(BUILD)/%.o,$(call SRC_OF,$(1)))

GEN_GRAMMAR := $(BUILD)/gen/grammar/parse.tab.c $(BUILD)/gen/grammar/scan.lex.c
GRAMMAR_OBJ := $(BUILD)/gen/grammar/parse.tab.o $(BUILD)/gen/grammar/scan.lex.o

LIB_OBJ := $(foreach f,$(FOLDERS),$(call obj_of,$(f)))
ifneq ($(wildcard grammar/parse.y),)
LIB_OBJ += $(GRAMMAR_OBJ)
endif
LIB_OBJ += $(BUILD)/gen/explain.o
CLI_OBJ := $(call obj_of,cli)
LIB     := $(BUILD)/libzwinger.a

all: $(BUILD)/zwinger

$(BUILD)/zwinger: $(CLI_OBJ) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(CLI_OBJ) $(LIB) $(LIBS)

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(dir $@) && $(CC) $(ALL_CFLAGS) -c -o $@ $<

# Generated code is not ours to warn about.
$(BUILD)/gen/grammar/%.o: $(BUILD)/gen/grammar/%.c
	$(call say,CC,$<)
	$(Q)$(CC) $(filter-out -Wconversion -Wundef -Wcast-qual -Wshadow -Wmissing-prototypes,$(ALL_CFLAGS)) -c -o $@ $<

$(BUILD)/gen/grammar/parse.tab.c $(BUILD)/gen/grammar/parse.tab.h: grammar/parse.y
	$(call say,BISON,$<)
	$(Q)mkdir -p $(dir $@) && bison -Wall -Werror --defines=$(BUILD)/gen/grammar/parse.tab.h -o $(BUILD)/gen/grammar/parse.tab.c $<

$(BUILD)/gen/grammar/scan.lex.c $(BUILD)/gen/grammar/scan.lex.h: grammar/scan.l
	$(call say,FLEX,$<)
	$(Q)mkdir -p $(dir $@) && flex --header-file=$(BUILD)/gen/grammar/scan.lex.h -o $(BUILD)/gen/grammar/scan.lex.c $<

ifneq ($(wildcard grammar/parse.y),)
$(call obj_of,grammar): $(BUILD)/gen/grammar/parse.tab.h $(BUILD)/gen/grammar/scan.lex.h
$(GRAMMAR_OBJ): $(BUILD)/gen/grammar/parse.tab.h $(BUILD)/gen/grammar/scan.lex.h
endif

# The pages on diagnostic codes travel in the program.
CODE_PAGES := $(sort $(wildcard docs/codes/Z[0-9][0-9][0-9][0-9].md))

$(BUILD)/gen/explain.c: docs/codes/embed.sh $(CODE_PAGES) docs/codes
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(dir $@) && sh docs/codes/embed.sh $(CODE_PAGES) > $@

$(BUILD)/gen/explain.o: $(BUILD)/gen/explain.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# ---- tests: one CUnit binary per folder of tests/unit, and one per folder of
# ---- the larger tests. A suite file test_x.c defines `void suite_x(void)`.
HARNESS_OBJ := $(call obj_of,tests/harness)
UNIT_DIRS := $(notdir $(patsubst %/,%,$(wildcard tests/unit/*/)))
BIG_DIRS  := $(filter-out check harness unit golden negative fuzz bench,$(notdir $(patsubst %/,%,$(wildcard tests/*/))))
suites_in = $(sort $(wildcard tests/$(1)/test_*.c))

# An independent decision-diagram package, as referee in the tests only.
EXTRA_unit-verifier = -lbdd
# An independent solver, for the scripts that `smt` writes.
EXTRA_big-questions = -lz3
# The reload tests send what `apply` would, without its proof.
RELOAD_OBJ := $(patsubst %,$(BUILD)/cli/%.o,transactions kept kept_rows large_sets)
EXTRA_big-reload = $(RELOAD_OBJ) $(LIB)
$(BUILD)/tests/big-reload: $(RELOAD_OBJ)
# What nft cannot write is put together as the decoder's tests do.
CORPUS_OBJ := $(BUILD)/tests/unit/verifier/batch.o
EXTRA_big-corpus = $(CORPUS_OBJ)
$(BUILD)/tests/big-corpus: $(CORPUS_OBJ)
# What is deployed runs in the small bed of the packet tests.
DEPLOY_OBJ := $(BUILD)/tests/packets/bed.o $(BUILD)/tests/reload/listing.o \
              $(BUILD)/tests/reload/puppet.o
EXTRA_big-deploy = $(DEPLOY_OBJ) $(LIB)
$(BUILD)/tests/big-deploy: $(DEPLOY_OBJ)
# The policy tests ask the referee what a packet deserves.
REFEREE_OBJ := $(filter-out $(BUILD)/tests/referee/test_%,$(call obj_of,tests/referee))
EXTRA_big-packets = $(REFEREE_OBJ) $(LIB)
$(BUILD)/tests/big-packets: $(REFEREE_OBJ)

define test_binary # 1: folder under tests/, 2: binary name
$(BUILD)/tests/$(2)-main.c: $(call suites_in,$(1)) Makefile
	$$(Q)mkdir -p $$(dir $$@) && sh tests/harness/suites.sh $(call suites_in,$(1)) > $$@
$(BUILD)/tests/$(2): $(BUILD)/tests/$(2)-main.c $(call obj_of,tests/$(1)) $(HARNESS_OBJ) $(LIB)
	$$(call say,TEST,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $(BUILD)/tests/$(2)-main.c $(call obj_of,tests/$(1)) $(HARNESS_OBJ) $(LIB) $(TEST_LIBS) $$(EXTRA_$(2))
run-$(2): $(BUILD)/tests/$(2) $(BUILD)/zwinger
	$$(BUILD)/tests/$(2)
endef
$(foreach d,$(UNIT_DIRS),$(eval $(call test_binary,unit/$(d),unit-$(d))))
$(foreach d,$(BIG_DIRS),$(if $(call suites_in,$(d)),$(eval $(call test_binary,$(d),big-$(d)))))

UNIT_BINARIES := $(foreach d,$(UNIT_DIRS),$(BUILD)/tests/unit-$(d))
BIG_BINARIES  := $(foreach d,$(BIG_DIRS),$(if $(call suites_in,$(d)),$(BUILD)/tests/big-$(d)))
tests: $(UNIT_BINARIES) $(BIG_BINARIES)

$(BUILD)/tests/gate: tests/gate/gate.c
	$(call say,TEST,$@)
	$(Q)mkdir -p $(dir $@) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -lcunit

# A step is NAME=COMMAND. Those that need the sanitizers' build come last.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
ASAN_ENV := ASAN_OPTIONS=detect_leaks=1 ZW_BINARY=build-asan/zwinger
STEPS = $(foreach b,$(UNIT_BINARIES) $(BIG_BINARIES),'$(notdir $(b))=$(b)') \
        'layers=sh tests/check/layers.sh $(BUILD)' \
        'style=sh tests/check/style.sh' \
        'codes=sh tests/check/codes.sh' \
        'manual=sh tests/check/manual.sh' \
        'editors=sh tests/check/editors.sh' \
        'install=sh tests/check/install.sh' \
        'units=sh tests/check/units.sh' \
        'ansible=sh tests/ansible/role.sh' \
        'fleet=sh tests/fleet/run.sh' \
        'demo=sh demo/demo.sh' \
        'sanitizers-build=$(MAKE) --no-print-directory BUILD=build-asan SAN="$(SANITIZE)" CFLAGS="-O1 -g" build-asan/zwinger tests' \
        $(foreach b,$(UNIT_BINARIES) $(BUILD)/tests/big-cli,'asan-$(notdir $(b))=$(ASAN_ENV) $(b:$(BUILD)/%=build-asan/%)')

packages:
	$(Q)sh tests/check/packages.sh

# Everything, in a fresh make that sees what was just installed.
check: packages
	$(Q)$(MAKE) --no-print-directory -j2 all tests bench-programs $(BUILD)/tests/gate
	$(Q)$(MAKE) --no-print-directory check-run

# Random tests draw from one seed here, so that a run says the same on every
# machine and day; `make soak` is where they look for what nobody has seen yet.
check-run:
	$(Q)ZW_SEED=$${ZW_SEED:-20261126} $(BUILD)/tests/gate $(STEPS)

# Random tests with seeds of the clock, SOAK times over; each prints its own.
SOAK ?= 10
SOAKED = $(foreach t,unit-verifier unit-compiler big-referee big-mutation big-packets big-questions,$(BUILD)/tests/$(t))
soak: all $(SOAKED)
	$(Q)for i in $$(seq $(SOAK)); do for t in $(SOAKED); do $$t || exit 1; done; done

# The kernel as referee, at length: a million packets over a thousand random
# rulesets, some ten minutes.
check-kernel: $(BUILD)/tests/big-packets
	$(Q)ZW_ROUNDS=500 $(BUILD)/tests/big-packets --filter interpreter
	$(Q)ZW_ROUNDS=500 $(BUILD)/tests/big-packets --filter iptables

$(BUILD)/tests/measure: tests/bench/measure.c
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(dir $@) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

$(BUILD)/tests/bench-packets: $(call obj_of,tests/bench) $(HARNESS_OBJ) $(LIB)
	$(call say,BENCH,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter-out %/measure.o %/send.o %/fill.o %/bench_diagram.o,$(call obj_of,tests/bench)) $(HARNESS_OBJ) $(LIB) $(TEST_LIBS)

$(BUILD)/tests/bench-send: $(BUILD)/tests/bench/send.o $(LIB)
	$(call say,BENCH,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(LIB) -lmnl

$(BUILD)/tests/bench-fill: $(BUILD)/tests/bench/fill.o
	$(call say,BENCH,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -lmnl -lnetfilter_conntrack

# Built by `make check` too, so that they stay in step with what they measure.
bench-programs: $(foreach p,measure bench-packets bench-send bench-fill,$(BUILD)/tests/$(p))

# Figures, not tests: status 1 when a bound is missed twofold.
BENCH_PROGRAMS := $(foreach p,measure bench-packets bench-send bench-fill,$(BUILD)/tests/$(p))
bench: all $(BENCH_PROGRAMS)
	$(Q)sh tests/bench/check.sh
	$(Q)sh tests/bench/iptables.sh
	$(Q)sh tests/bench/questions.sh
	$(Q)sh tests/bench/verify.sh
	$(Q)sh tests/bench/packets.sh
	$(Q)sh tests/bench/load.sh

# ---- installing: the program, its manual, and what editors and shells need.
PREFIX  ?= /usr/local
DESTDIR ?=
INSTALL ?= install
SHARE   := $(DESTDIR)$(PREFIX)/share
DOC     := $(SHARE)/doc/zwinger
install_files = $(foreach f,$(1),$(INSTALL) -D -m 644 $(f) $(2)/$(f) &&) true

UNITS := zwinger.service zwinger-watch.service zwinger-verify.service zwinger-verify.timer
FLEET := $(notdir $(wildcard packaging/fleet/zwinger-fleet*))
DOCS := README.md CHANGELOG.md SECURITY.md COPYING $(wildcard docs/*.md docs/*.json docs/*/*.md) packaging/systemd/record.conf
ANSIBLE := $(patsubst packaging/%,%,$(wildcard packaging/ansible/*.yml packaging/ansible/roles/*/*.md packaging/ansible/roles/*/*/*.yml))
EXAMPLES := $(wildcard examples/*.* examples/*/*.* examples/*/*/*.*)

install: all
	$(Q)$(INSTALL) -D -m 755 $(BUILD)/zwinger $(DESTDIR)$(PREFIX)/sbin/zwinger
	$(Q)$(INSTALL) -D -m 644 man/zwinger.8 $(SHARE)/man/man8/zwinger.8
	$(Q)$(INSTALL) -D -m 644 man/zwinger-policy.5 $(SHARE)/man/man5/zwinger-policy.5
	$(Q)$(INSTALL) -D -m 644 completion/zwinger $(SHARE)/bash-completion/completions/zwinger
	$(Q)$(INSTALL) -D -m 644 editors/vim/syntax/zwinger.vim $(SHARE)/vim/vimfiles/syntax/zwinger.vim
	$(Q)$(INSTALL) -D -m 644 editors/vim/ftdetect/zwinger.vim $(SHARE)/vim/vimfiles/ftdetect/zwinger.vim
	$(Q)$(INSTALL) -D -m 644 editors/vim/ftplugin/zwinger.vim $(SHARE)/vim/vimfiles/ftplugin/zwinger.vim
	$(Q)for u in $(UNITS); do $(INSTALL) -D -m 644 packaging/systemd/$$u $(DESTDIR)$(PREFIX)/lib/systemd/system/$$u || exit 1; done
	$(Q)for f in $(FLEET); do $(INSTALL) -D -m 755 packaging/fleet/$$f $(SHARE)/zwinger/fleet/$$f || exit 1; done
	$(Q)for f in begin.sh summary.jq text.jq; do $(INSTALL) -D -m 644 packaging/fleet/$$f $(SHARE)/zwinger/fleet/$$f || exit 1; done
	$(Q)$(INSTALL) -D -m 755 packaging/systemd/textfile $(DESTDIR)$(PREFIX)/libexec/zwinger/textfile
	$(Q)for f in $(ANSIBLE); do $(INSTALL) -D -m 644 packaging/$$f $(SHARE)/zwinger/$$f || exit 1; done
	$(Q)$(call install_files,$(DOCS) $(EXAMPLES),$(DOC))

uninstall:
	$(Q)rm -f $(DESTDIR)$(PREFIX)/sbin/zwinger $(SHARE)/man/man8/zwinger.8 \
		$(SHARE)/man/man5/zwinger-policy.5 \
		$(SHARE)/bash-completion/completions/zwinger \
		$(SHARE)/vim/vimfiles/*/zwinger.vim \
		$(UNITS:%=$(DESTDIR)$(PREFIX)/lib/systemd/system/%) \
		$(DESTDIR)$(PREFIX)/libexec/zwinger/textfile
	$(Q)rm -rf $(DOC) $(SHARE)/zwinger

# A Debian package in $(BUILD)/deb, clean by lintian, and its life in a chroot. They
# need the packages debhelper, lintian, mmdebstrap, autopkgtest (and the last two
# root).
deb:
	$(Q)sh packaging/debian/build.sh $(BUILD)/deb
check-deb: deb
	$(Q)sh packaging/debian/check.sh $(BUILD)/deb

# A gateway with hosts, on any Debian 12, as root.
demo:
	$(Q)sh demo/demo.sh

# libFuzzer over what reads bytes of strangers, FUZZ_SECONDS each.
FUZZ_SECONDS ?= 60
FUZZ_SANITIZE := -fsanitize=fuzzer-no-link,address,undefined
fuzz-smoke:
	$(Q)$(MAKE) --no-print-directory BUILD=build-fuzz CC=clang-14 SAN="$(FUZZ_SANITIZE)" CFLAGS="-O1 -g" build-fuzz/libzwinger.a
	$(Q)sh tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS)

layers: all
	$(Q)sh tests/check/layers.sh $(BUILD)

check-codes:
	$(Q)sh tests/check/codes.sh

check-code-examples: $(BUILD)/zwinger
	$(Q)ZW_BINARY=$(BUILD)/zwinger sh tests/check/code-examples.sh

format:
	clang-format-14 -i $(shell git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD) build-asan build-fuzz

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.DELETE_ON_ERROR:
.PHONY: deb check-deb soak check-kernel bench fuzz-smoke all clean demo install uninstall tests packages check check-run layers check-codes check-code-examples format
