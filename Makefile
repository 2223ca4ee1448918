# SPDX-License-Identifier: Apache-2.0
# Makefile - the only build system. `make help` lists what there is.

BUILD   ?= build
CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN     = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wvla -Wwrite-strings -Werror
DEFS     = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
SAN     ?=
VERSION := 0.1.0
PREFIX  ?= /usr/local

LIBDIRS ?= base wire trace msg crypto keys sftp transport auth connection engine net client server
LIBSRC  := $(foreach d,$(LIBDIRS),$(wildcard lib/$(d)/*.c))
LIBOBJ  := $(LIBSRC:%.c=$(BUILD)/obj/%.o)
TOOLSRC := $(wildcard testserver/*.c testserver/*/*.c reports/*.c interop/*.c)
TOOLOBJ := $(TOOLSRC:%.c=$(BUILD)/obj/%.o)

ALLCFLAGS = $(WARN) $(DEFS) $(CFLAGS) $(SAN) -fPIC -DSSHSPEC_VERSION='"$(VERSION)"' -Ilib/include -Ilib -I.
LIBLIBS   = -lcrypto
TOOLLIBS  = $(LIBLIBS) -lsqlite3 -luv -lm
LDFLAGS  ?=

UNITDIRS := $(sort $(notdir $(wildcard tests/unit/*)))

all: $(BUILD)/bin/sshspec $(BUILD)/lib/libsshspec.a

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(dir $@)
	$(CC) $(ALLCFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/lib/libsshspec.a: $(LIBOBJ)
	@mkdir -p $(dir $@)
	@rm -f $@
	ar rcs $@ $(LIBOBJ)

$(BUILD)/bin/sshspec: $(TOOLOBJ) $(BUILD)/lib/libsshspec.a
	@mkdir -p $(dir $@)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $(TOOLOBJ) $(BUILD)/lib/libsshspec.a $(TOOLLIBS)

# ---- tests: one Criterion program a folder of tests/unit ----
define UNIT
$(BUILD)/test/$(1): $$(patsubst %.c,$(BUILD)/obj/%.o,$$(wildcard tests/unit/$(1)/*.c tests/support/*.c)) $(BUILD)/lib/libsshspec.a
	@mkdir -p $$(dir $$@)
	$(CC) $(SAN) $(LDFLAGS) -o $$@ $$(filter %.o,$$^) $(BUILD)/lib/libsshspec.a $(TOOLLIBS) -lcriterion
unit-$(1): $(BUILD)/test/$(1)
	$(BUILD)/test/$(1) -j2
.PHONY: unit-$(1)
endef
$(foreach d,$(UNITDIRS),$(eval $(call UNIT,$(d))))

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: all
