# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the native benchmarks: make -f build.mk TOOLS=... OUT=...
#
# The driver's sources are compiled once for each variant, with the same flags but
# for what makes the variant; its units are linked into one object, of which only
# the table of what it can do (driver_VARIANT) stays visible. All variants are
# linked into one program. A second one has plain and isolated alone, because
# valgrind does not run what AddressSanitizer made, nor reads the debugging information of clang 19.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
HERE := $(TOP)/benchmarks/native
PROGRAMS := hotlist lld md5 ring structs bytes list bits crossings driver
VARIANTS := plain isolated asan_writes asan

# As the kernel's for a module, where it makes a difference. Functions begin with a cache line,
# so that what stands before one does not decide how fast it is.
DRIVER_FLAGS := -std=gnu11 -O2 -g0 -Wall -Wno-unused-parameter -fno-pic -fno-pie -mcmodel=small -mno-red-zone \
	-mgeneral-regs-only -fno-strict-aliasing -fno-strict-overflow -fno-common -fno-stack-protector \
	-fomit-frame-pointer -fno-asynchronous-unwind-tables -fno-jump-tables -falign-functions=64 \
	-I$(HERE)/include
# Globals of several builds in one program are more than its linking can take; none is overrun here.
ASAN_FLAGS := -fsanitize=address -fsanitize-address-use-after-return=never -mllvm -asan-globals=0
flags_plain :=
flags_isolated := -fplugin=$(TOOLS)/sfi-pass/sfi-pass.so -fplugin-arg-sfi-pass-policy=$(OUT)/gen/policy.json
flags_asan_writes := $(ASAN_FLAGS) -mllvm -asan-instrument-reads=0
flags_asan := $(ASAN_FLAGS)

HOST_FLAGS := -std=gnu11 -O2 -g -Wall -Wextra -fno-pie -falign-functions=64 -I$(HERE) -I$(HERE)/include \
	-I$(TOP)/runtime/include -I$(TOP)/sfi-pass/include -I$(OUT)/gen $(shell pkg-config --cflags json-c)
# What the generator makes is compiled as the wrapper modules are: no frame pointer, no vectors.
GEN_FLAGS := $(HOST_FLAGS) -fomit-frame-pointer -Wno-unused-parameter
LIBS := $(TOOLS)/runtime/libsfi-runtime.a $(shell pkg-config --libs json-c) -lpthread -ldl

all: $(OUT)/micro $(OUT)/micro-asan $(OUT)/crossings $(OUT)/layouts
.DELETE_ON_ERROR:
.SECONDARY:

HEADERS := $(wildcard $(HERE)/include/*/*.h $(HERE)/*.h $(TOP)/runtime/include/sfi/*.h) $(TOP)/sfi-pass/include/sfi/abi.h

$(OUT)/gen/policy.json: $(HERE)/headers/kernel.h $(HERE)/include/bench/kernel.h $(TOOLS)/wrappergen/sfi-wrapgen
	rm -rf $(OUT)/gen
	$(TOOLS)/wrappergen/sfi-wrapgen --out $(OUT)/gen --module bench=$(HERE)/headers -- \
		-I$(HERE)/include -I$(TOP)/wrappergen/include -I$(TOP)/runtime/include -I$(TOP)/sfi-pass/include

define variant
$(OUT)/$(1)/%.o: $(HERE)/programs/%.c $(HEADERS) $(HERE)/build.mk $(TOOLS)/sfi-pass/sfi-pass.so $(OUT)/gen/policy.json
	@mkdir -p $$(@D)
	clang-19 $(DRIVER_FLAGS) $$(flags_$(1)) -DDRIVER=driver_$(1) -c -o $$@ $$<

$(OUT)/driver_$(1).o: $(PROGRAMS:%=$(OUT)/$(1)/%.o) $(if $(filter isolated,$(1)),$(OUT)/$(1)/driver.mod.o)
	$(if $(filter isolated,$(1)),for p in $(PROGRAMS); do \
		objcopy --redefine-sym __sfi_unit=unit_$$$$p --globalize-symbol=__sfi_unit --globalize-symbol=unit_$$$$p \
			$(OUT)/$(1)/$$$$p.o $(OUT)/$(1)/$$$$p.u.o || exit; done)
	ld -r -o $$@.tmp $(PROGRAMS:%=$(OUT)/$(1)/%$(if $(filter isolated,$(1)),.u).o) $(if $(filter isolated,$(1)),$(OUT)/$(1)/driver.mod.o)
	objcopy --keep-global-symbol=driver_$(1) \
		$(if $(filter isolated,$(1)),$(PROGRAMS:%=--keep-global-symbol=unit_%) --keep-global-symbol=__sfi_self \
			--rename-section .text=driver_text) \
		--redefine-sym memcpy=kernel_memcpy --redefine-sym memset=kernel_memset $$@.tmp $$@
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

$(OUT)/%.o: $(HERE)/%.c $(HEADERS) $(OUT)/gen/policy.json
	clang-19 $(HOST_FLAGS) -c -o $@ $<

$(OUT)/wrappers.o: $(OUT)/gen/policy.json $(HEADERS)
	clang-19 $(GEN_FLAGS) -c -o $@ $(OUT)/gen/bench/kernel.c

COMMON := $(OUT)/host.o $(OUT)/kernel.o $(OUT)/wrappers.o $(TOOLS)/runtime/libsfi-runtime.a
BOTH := $(OUT)/driver_plain.o $(OUT)/driver_isolated.o

$(OUT)/micro: $(OUT)/micro.o $(COMMON) $(BOTH)
	clang-19 -no-pie -Wl,--strip-debug -o $@ $^ $(LIBS)

$(OUT)/micro-asan: $(OUT)/micro.o $(COMMON) $(BOTH) $(OUT)/driver_asan_writes.o $(OUT)/driver_asan.o
	clang-19 -no-pie -fsanitize=address -o $@ $^ $(LIBS)

$(OUT)/crossings: $(OUT)/crossings.o $(COMMON) $(BOTH)
	clang-19 -no-pie -Wl,--strip-debug -o $@ $^ $(LIBS)

# Guards written by hand, compiled like a driver; a loop has as many instructions of its own with a guard as without.
$(OUT)/layouts: $(HERE)/layouts.c $(TOP)/sfi-pass/include/sfi/abi.h $(HERE)/build.mk
	clang-19 -std=gnu11 -O2 -Wall -Wextra -fno-pie -mgeneral-regs-only -fno-strict-aliasing -fno-unroll-loops -falign-functions=64 \
		-I$(TOP)/sfi-pass/include -no-pie -Wl,--strip-debug -o $@ $<
