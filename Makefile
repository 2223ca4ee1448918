# SPDX-License-Identifier: Apache-2.0
# Makefile - the only build system. `make help` lists what there is.

BUILD   ?= build
# One name for one folder: dependencies are recorded under it, and an absolute one that means the
# same folder would leave objects out of date.
override BUILD := $(patsubst $(CURDIR)/%,%,$(abspath $(BUILD)))
ifeq ($(origin CC),default)
CC       = gcc
endif
CFLAGS  ?= -O2 -g
WARN     = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wvla -Wwrite-strings -Werror
DEFS     = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
SAN     ?=
VERSION := 0.1.0
PREFIX  ?= /usr/local
DATADIR ?= $(PREFIX)/share/sshspec
PEERS   ?= openssh dropbear paramiko
SECONDS_EACH ?= 10
JOBS    ?= $(shell nproc)
V       ?= 0
ifeq ($(V),0)
Q    = @
SAY  = @printf '  %-4s %s\n'
else
Q    =
SAY  = @true
endif

LIBSRC  := $(wildcard lib/*/*.c)
LIBOBJ  := $(LIBSRC:%.c=$(BUILD)/obj/%.o)
TOOLSRC := $(filter-out testserver/sftp_server/%,$(wildcard testserver/*.c testserver/*/*.c reports/*.c interop/*.c))
TOOLOBJ := $(TOOLSRC:%.c=$(BUILD)/obj/%.o)
# What tests link of the program: all but its main.
PARTOBJ := $(filter-out $(BUILD)/obj/testserver/main.o,$(TOOLOBJ))
SFTPOBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard testserver/sftp_server/*.c))

ALLCFLAGS = $(WARN) $(DEFS) $(CFLAGS) $(SAN) -fPIC -DSSHSPEC_VERSION='"$(VERSION)"' \
            -DSSHSPEC_DATADIR='"$(DATADIR)"' -Ilib/include -Ilib -I.
LIBLIBS   = -lcrypto -lz -largon2
TOOLLIBS  = $(LIBLIBS) -lsqlite3 -luv -lm
LDFLAGS  ?=

UNITDIRS  := $(sort $(notdir $(wildcard tests/unit/*)))
# Rooms of the program; the others are rooms of the library.
TOOLUNITS := $(filter script actor runner reports interop testserver,$(UNITDIRS))

all: $(BUILD)/bin/sshspec $(BUILD)/bin/sshspec-sftp-server $(BUILD)/lib/libsshspec.a \
     $(BUILD)/lib/libsshspec.so $(BUILD)/lib/sshspec.pc

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(dir $@)
	$(SAY) CC $<
	$(Q)$(CC) $(ALLCFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/lib/libsshspec.a: $(LIBOBJ)
	@mkdir -p $(dir $@)
	@rm -f $@
	$(SAY) AR $@
	$(Q)ar rcs $@ $(LIBOBJ)

$(BUILD)/lib/libsshspec.so: $(LIBOBJ)
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -shared -Wl,-soname,libsshspec.so.0 -o $@ $(LIBOBJ) $(LIBLIBS)

$(BUILD)/lib/sshspec.pc: Makefile
	@mkdir -p $(dir $@)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' \
	    'Name: sshspec' 'Description: SSH2 and SFTP protocol library that can also lie on purpose' \
	    'Version: $(VERSION)' 'Requires.private: libcrypto >= 3.0, zlib, libargon2' \
	    'Libs: -L$${libdir} -lsshspec' 'Cflags: -I$${includedir}' > $@

$(BUILD)/bin/sshspec: $(TOOLOBJ) $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(TOOLOBJ) $(BUILD)/lib/libsshspec.a $(TOOLLIBS)

$(BUILD)/bin/sshspec-sftp-server: $(SFTPOBJ) $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(SFTPOBJ) $(BUILD)/lib/libsshspec.a $(LIBLIBS)

# ---- tests: one Criterion program a folder of tests/unit ----
define UNIT
$(BUILD)/test/$(1): $$(patsubst %.c,$(BUILD)/obj/%.o,$$(wildcard tests/unit/$(1)/*.c tests/support/*.c)) $(if $(filter $(1),$(TOOLUNITS)),$(PARTOBJ)) $(BUILD)/lib/libsshspec.a
	@mkdir -p $$(dir $$@)
	$(SAY) LD $$@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $$@ $$(filter %.o,$$^) $(BUILD)/lib/libsshspec.a $(TOOLLIBS) -lcriterion
unit-$(1): $(BUILD)/test/$(1)
	$(BUILD)/test/$(1) -j2
.PHONY: unit-$(1)
# The same with a main that forks where Criterion would start a program, for Valgrind.
$(BUILD)/memcheck/$(1): $(BUILD)/obj/tests/memcheck/main.o $$(patsubst %.c,$(BUILD)/obj/%.o,$$(wildcard tests/unit/$(1)/*.c tests/support/*.c)) $(if $(filter $(1),$(TOOLUNITS)),$(PARTOBJ)) $(BUILD)/lib/libsshspec.a
	@mkdir -p $$(dir $$@)
	$(SAY) LD $$@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $$@ $$(filter %.o,$$^) $(BUILD)/lib/libsshspec.a $(TOOLLIBS) -lcriterion
endef
$(foreach d,$(UNITDIRS),$(eval $(call UNIT,$(d))))

tests: $(UNITDIRS:%=$(BUILD)/test/%)
memcheck: $(UNITDIRS:%=$(BUILD)/memcheck/%)
unit: tests
	@ci/run-unit $(BUILD)

# ---- fuzzers: one program a file fuzz/fuzz_<what>.c, built with clang ----
FUZZCC   ?= clang
FUZZERS  := $(patsubst fuzz/%.c,%,$(wildcard fuzz/fuzz_*.c))
FUZZSHARED := $(filter-out fuzz/fuzz_%.c fuzz/dict_gen.c fuzz/seed_%.c,$(wildcard fuzz/*.c))
FUZZSAN   = -fsanitize=address,undefined -fno-sanitize-recover=all
# Calls that fuzz/ stands in for: see fuzz/sign_memo.c.
FUZZWRAP  = -Wl,--wrap=ss_pkey_sign
FBUILD    = $(BUILD)/fuzz
FUZZCFLAGS = $(WARN) $(DEFS) -O1 -g $(FUZZSAN) -DSSHSPEC_VERSION='"$(VERSION)"' \
             -DSSHSPEC_DATADIR='"$(DATADIR)"' -Ilib/include -Ilib -I.
$(FBUILD)/obj/%.o: %.c
	@mkdir -p $(dir $@)
	$(SAY) FUZZ $<
	$(Q)$(FUZZCC) $(FUZZCFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@
# What a text is compared with stands in a dictionary; to watch each byte of it costs half the time.
$(FBUILD)/obj/testserver/script/%.o: testserver/script/%.c
	@mkdir -p $(dir $@)
	$(SAY) FUZZ $<
	$(Q)$(FUZZCC) $(FUZZCFLAGS) -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp -MMD -MP -c $< -o $@
# A harness is checked but not watched: the second readers of its oracle would cost most of the time,
# and guide towards themselves.
$(FBUILD)/obj/fuzz/%.o: fuzz/%.c
	@mkdir -p $(dir $@)
	$(SAY) FUZZ $<
	$(Q)$(FUZZCC) $(FUZZCFLAGS) -MMD -MP -c $< -o $@
FUZZSCRIPT := $(filter-out testserver/script/catalogue.c testserver/script/select.c testserver/script/folder.c testserver/script/ledger.c testserver/script/lint.c,$(filter testserver/script/%,$(TOOLSRC)))
FUZZLIB = $(patsubst %.c,$(FBUILD)/obj/%.o,$(LIBSRC) $(FUZZSHARED) $(FUZZSCRIPT))
$(FUZZERS:%=$(FBUILD)/%): $(FBUILD)/%: $(FBUILD)/obj/fuzz/%.o $(FUZZLIB)
	$(SAY) LD $@
	$(Q)$(FUZZCC) -fsanitize=fuzzer,address,undefined $(FUZZWRAP) -o $@ $^ $(LIBLIBS)
fuzzers: $(FUZZERS:%=$(FBUILD)/%)
fuzz-smoke: fuzzers $(BUILD)/bin/dict_gen $(BUILD)/bin/seed_gen
	@ci/fuzz-smoke $(BUILD) $(SECONDS_EACH) $(FUZZERS)

$(BUILD)/bin/dict_gen: $(BUILD)/obj/fuzz/dict_gen.o $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBLIBS)

SEEDSRC := $(wildcard fuzz/seed_*.c) $(FUZZSHARED) $(FUZZSCRIPT)
$(BUILD)/bin/seed_gen: $(SEEDSRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) $(FUZZWRAP) -o $@ $^ $(LIBLIBS)

# ---- benchmarks ----
BENCHSRC := $(wildcard bench/*.c)
$(BUILD)/bin/sshspec-bench: $(BENCHSRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBLIBS)
bench: all $(BUILD)/bin/sshspec-bench
	@bench/run $(BUILD)

# ---- constant time: built again with what ci/ct says ----
$(BUILD)/bin/ct: $(BUILD)/obj/tests/ct/ct.o $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBLIBS)

# ---- published edge cases, from a folder outside of this tree ----
VECTORSRC := $(wildcard tests/vectors/*.c)
$(BUILD)/bin/vectors: $(VECTORSRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(SAY) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBLIBS) -lsqlite3
vectors: $(BUILD)/bin/vectors
	@$(BUILD)/bin/vectors

# ---- what people and CI call ----
demo:
	@ci/install-deps demo
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@ci/demo $(BUILD) $(PEERS)

check:
	@ci/install-deps check
	@ci/check $(BUILD)

asan:
	@ci/asan $(BUILD)

ct:
	@ci/ct $(BUILD)

valgrind:
	@ci/valgrind $(BUILD)

coverage:
	@ci/coverage $(BUILD)

lint:
	@ci/lint $(BUILD)

tidy:
	@ci/tidy

docs: all
	@ci/docs $(BUILD)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/sshspec $(DESTDIR)$(PREFIX)/include/msg \
	    $(DESTDIR)$(PREFIX)/include/config $(DESTDIR)$(DATADIR)
	install $(BUILD)/bin/sshspec $(BUILD)/bin/sshspec-sftp-server $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/lib/libsshspec.a $(DESTDIR)$(PREFIX)/lib
	install $(BUILD)/lib/libsshspec.so $(DESTDIR)$(PREFIX)/lib/libsshspec.so.0
	ln -sf libsshspec.so.0 $(DESTDIR)$(PREFIX)/lib/libsshspec.so
	install -m 644 $(BUILD)/lib/sshspec.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 lib/include/sshspec/* $(DESTDIR)$(PREFIX)/include/sshspec
	install -m 644 lib/msg/*.def lib/msg/expand.h $(DESTDIR)$(PREFIX)/include/msg
	install -m 644 lib/config/options.def $(DESTDIR)$(PREFIX)/include/config
	cp -R scenarios interop $(DESTDIR)$(DATADIR)
	rm -f $(DESTDIR)$(DATADIR)/interop/*.[ch]

clean:
	rm -rf $(BUILD)

help:
	@echo 'make            build build/bin/sshspec, the library and its pkg-config file'
	@echo 'make demo       install what is missing, run the catalogue against OpenSSH, Dropbear and'
	@echo '                paramiko, show the matrix (PEERS="openssh" chooses)'
	@echo 'make check      every test that CI runs; ends with "N passed, M failed"'
	@echo 'make unit       the unit tests alone; make unit-ROOM for one room'
	@echo 'make vectors    edge cases of the Wycheproof project, from the folder SSHSPEC_VECTORS or'
	@echo '                ../shared/data/wycheproof; skipped when it is not there'
	@echo 'make asan       the unit tests and the catalogue under AddressSanitizer and UBSan'
	@echo 'make ct         whether time depends on secrets, under valgrind'
	@echo 'make valgrind   the same under memcheck, some minutes; ci/valgrind build ROOM for one room'
	@echo 'make fuzz-smoke each fuzzer for SECONDS_EACH=10 from its seeds'
	@echo 'make coverage   line coverage, build/coverage/index.html'
	@echo 'make lint       layers, sizes, bans, mirror, format, static analysis'
	@echo 'make tidy       clang-tidy with its path analysis, some minutes'
	@echo 'make bench      figures side by side, build/bench/bench.json'
	@echo 'make docs       docs/messages.md and docs/algorithms.md from the tables'
	@echo 'make install    to PREFIX=/usr/local'
	@echo 'V=1 shows commands; CC=clang and SAN=-fsanitize=... are honoured'

-include $(shell find $(BUILD)/obj $(FBUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: all tests memcheck unit vectors fuzzers fuzz-smoke bench demo check asan ct valgrind coverage lint tidy docs install clean help
