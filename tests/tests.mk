# Running, checking, measuring: the second half of the Makefile.

# --- the shim ---------------------------------------------------------------------------------------------------------

# A small 32-bit program between boot loader and kernel that spoils what the loader says: see tests/boot/shim.h.
# Structures are laid out as the kernel's are: 64-bit members at multiples of 8.
FLAGS_shim = $(FREESTANDING) -m32 -malign-double -mgeneral-regs-only
SHIM_OBJECTS := $(call objects,shim,$(call find,tests/boot))
ALL_OBJECTS += $(SHIM_OBJECTS)
$(eval $(call compile,shim))
build/shim.elf: $(SHIM_OBJECTS) tests/boot/shim.lds build/compiler
	$(call say,LD,$@)
	$(Q)$(LD) -m elf_i386 -static -nostdlib -z noexecstack -z max-page-size=4096 --fatal-warnings --build-id=none \
	    -T tests/boot/shim.lds -o $@ $(SHIM_OBJECTS)
	$(Q)grub-file --is-x86-multiboot2 $@

# --- children ---------------------------------------------------------------------------------------------------------

# Tasks that start others (tests/children/): what they start, tests/tasks/child, is part of their own images.
PARENTS := life endpoints accounts smp
CHILD_OBJECTS := $(call objects,task,$(call find,tests/children))
ALL_OBJECTS += $(CHILD_OBJECTS)
$(PARENTS:%=build/tasks/%.elf): $(CHILD_OBJECTS)
$(O)/task/tests/children/image.S.o: build/children/child.elf
build/children/child.elf: build/tasks/child.elf
	$(Q)mkdir -p $(@D)
	$(Q)$(OBJCOPY) --strip-all $< $@

# Likewise workers, one on each CPU: their program is tests/bench/bench_worker.c.
WORKER_OBJECTS := $(call objects,task,$(call find,tests/workers))
ALL_OBJECTS += $(WORKER_OBJECTS)
$(addprefix build/tasks/,bench.elf scale.elf): $(WORKER_OBJECTS)
$(O)/task/tests/workers/workers.c.o: build/children/bench_worker.elf

# --- machines --------------------------------------------------------------------------------------------------------

# The suite that is booted if none is named: $(1), or that of TASKS.
suite = $(or $(SUITE),$(if $(TASKS),$(if $(SCRIPT),$(1),alone),$(1)))
SWITCHES_OFF := 0 no
$(foreach switch,UEFI ICOUNT BOCHS CHECKED,$(if $(filter $(SWITCHES_OFF),$($(switch))),$(eval override $(switch) :=)))
RUN_FLAGS = $(if $(UEFI),--uefi) $(if $(MEM),--memory $(MEM)) $(if $(MACHINE),--machine $(MACHINE)) \
    $(if $(CPU),--cpu $(CPU)) $(if $(CPUS),--cpus $(CPUS)) $(if $(CHECKED),--checked) $(if $(ICOUNT),--icount) \
    $(if $(BOCHS),--bochs$(if $(filter-out 1,$(BOCHS)), $(BOCHS))) $(if $(TIMEOUT),--timeout $(TIMEOUT)) \
    $(if $(WINDOW),--window '$(WINDOW)') $(if $(SEED),--seed $(SEED)) $(if $(LOG),--log $(LOG)) $(if $(SPOIL),--spoil '$(SPOIL)') \
    $(if $(TYPED),--typed '$(TYPED)') $(if $(SCRIPT),--script '$(SCRIPT)') \
    $(foreach item,$(EXTRA_ITEMS),\
    --task '$(call extra_file,$(call item_path,$(item))) $(strip $(call item_options,$(item)))')

.PHONY: demo run trace bench performance debug
# Only what is booted is built: who comes here for the first time does not wait for the test tasks.
suite_files = $(sort $(addprefix build/tasks/,$(shell sed -n 's|^module2 /boot/\([^ ]*\).*|\1|p' iso/suites/$(1).cfg 2>/dev/null)))
demo: build/quire.elf $(if $(CHECKED),$(CHECKED_FILES)) $(call suite_files,demo) $(EXTRA_FILES)
	@tests/run --suite demo $(RUN_FLAGS)

run: build/quire.elf $(if $(CHECKED),$(CHECKED_FILES)) $(call suite_files,$(call suite,shell)) $(EXTRA_FILES) $(if $(SPOIL),build/shim.elf)
	@tests/run --suite $(call suite,shell) $(RUN_FLAGS)

# What the machine did, for Perfetto; 64 bytes of its memory for each event. SUITE as for run, but the demo if none is given.
EVENTS ?= 1048576
TRACED = $(if $(filter command%,$(origin SUITE)),$(SUITE),$(if $(TASKS),alone,demo))
trace: build/quire.elf $(TASK_FILES) $(EXTRA_FILES) $(if $(SPOIL),build/shim.elf)
	@tests/trace --output build/trace.json --suite $(TRACED) --events $(EVENTS) $(RUN_FLAGS)

# A picture of the picture, once all tasks of the suite hold what they want.
.PHONY: screenshot
screenshot: build/quire.elf $(call suite_files,picture) $(EXTRA_FILES)
	@rm -f build/framemap.png
	@tests/run --suite picture --timeout 240 $(RUN_FLAGS) --monitor tests/scripts/screenshot.monitor
	@echo 'build/framemap.png'

.PHONY: check-picture
check-picture: build/quire.elf $(TASK_FILES)
	@tests/picture

# Guest instructions, so always these machines.
BENCH = tests/bench/run build/trace.so
BENCH_FLAGS = --memory 512M $(if $(LOG),--log $(LOG))
bench: build/quire.elf $(TASK_FILES) build/trace.so build/lines.so
	@$(if $(filter-out 1,$(CPUS)),tests/bench/several $(CPUS) $(BENCH_FLAGS),$(BENCH) $(if $(PROFILE),--profile '$(PROFILE)') $(if $(BOCHS),--bochs $(BOCHS)) $(BENCH_FLAGS))
# Puts the figures into the page that tells about them.
performance: build/quire.elf $(TASK_FILES) build/trace.so
	@$(BENCH) --document docs/performance.md $(BENCH_FLAGS)

# The frame server's core on this machine, one thread, and two beside one.
.PHONY: bench-host
NATIVE_OBJECTS := $(call objects,native,$(wildcard servers/frameserv/core/*.c tests/bench/host/*.c) $(SHARED_SOURCES))
bench-host: $(O)/native/bench
	@$< | column -t -s '	'; exit $${PIPESTATUS[0]}
$(O)/native/bench: $(NATIVE_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) -pthread -o $@ $^

# bench_peer also runs with `nofpu`.
$(O)/task/tests/bench/bench_peer.c.o: FLAGS_task += -mgeneral-regs-only

build/lines.so: tests/workers/work.h
build/%.so: tests/machine/%.c tests/machine/plugin.h build/compiler
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -DQUIRE_HOST -I. -Ilibipc/include -O2 -g -fPIC -shared -fvisibility=hidden $(WARNINGS) $< -o $@

# Tasks that mean harm: N of their system calls. The program of all children is part of the suite's own task. Counting
# instructions makes the machine do the same at every run.
.PHONY: hostile
N ?= 2000000
hostile: build/quire.elf $(if $(CHECKED),$(CHECKED_FILES)) $(TASK_FILES)
	@tests/run --suite hostile --icount --count $(N) --timeout $(or $(TIMEOUT),$(shell expr 240 + $(N) / 2500)) \
	    $(if $(SEED),--seed $(SEED)) $(if $(LOG),--log $(LOG)) $(if $(CPUS),--cpus $(CPUS)) $(if $(CHECKED),--checked)
$(O)/task/tests/tasks/hostile/child_image.S.o: build/children/hostile_child.elf
$(O)/task/tests/bench/bench/child_image.S.o: build/children/bench_child.elf
$(O)/task/tests/tasks/example_parent.c.o: build/children/example_child.elf
$(O)/task/tests/tasks/kill/neighbour.c.o: build/children/kill_client.elf
$(O)/task/tests/tasks/smp/members.c.o: build/children/fighter.elf
$(addprefix build/children/,hostile_child.elf bench_child.elf example_child.elf kill_client.elf fighter.elf bench_worker.elf): build/children/%: build/tasks/%
	$(call say,STRIP,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(OBJCOPY) --strip-all $< $@

# Tasks on all CPUs fight over the same frames: N of their operations. With real threads each run goes another way.
.PHONY: fight
fight: build/quire.elf $(if $(CHECKED),$(CHECKED_FILES)) $(call suite_files,smp)
	@tests/run --suite smp --only fight/all_cpus --cpu max --cpus $(or $(CPUS),4) --count $(N) $(if $(ICOUNT),--icount) \
	    --timeout $(or $(TIMEOUT),$(shell expr 240 + $(N) / 2500)) $(if $(SEED),--seed $(SEED)) $(if $(LOG),--log $(LOG)) \
	    $(if $(MEM),--memory $(MEM)) $(if $(CHECKED),--checked)

# The frame server is killed at every instruction.
.PHONY: kill
kill: build/quire.elf $(call suite_files,kill) $(call suite_files,restart)
	@tests/kill $(if $(filter-out $(SWITCHES_OFF),$(QUICK)),--quick) $(if $(ONLY),--only '$(ONLY)') \
	    $(if $(POINT),--point '$(POINT)') $(if $(SEED),--seed $(SEED)) $(if $(CPUS),--cpus $(CPUS))

debug: build/quire.elf $(TASK_FILES) $(EXTRA_FILES)
	@QUIRE_EXTRA_TASKS='$(EXTRA_FILES)' tests/debug/run --suite $(call suite,demo) $(RUN_FLAGS) -- $(GDB_FLAGS)

# Twice the image, and the same bytes. COMPILERS="gcc clang": with each of them.
.PHONY: reproducible
reproducible:
	@tests/reproducible $(or $(COMPILERS),$(CC))

# --- checks ----------------------------------------------------------------------------------------------------------

.PHONY: check check-host check-iso host-tests
CHECK_ONLY = CK_FORK=yes tests/check $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed $(SEED)) \
    $(if $(LOG),--log $(LOG)) $(if $(CPUS),--cpus $(CPUS)) $(if $(CHECKED),--checked)
check: host-tests build/quire.elf $(CHECKED_FILES) build/shim.elf build/stretch.so $(TASK_FILES)
	@$(CHECK_ONLY) host $(HOST_TESTS) $(REPLAYS) iso
check-host: host-tests
	@$(CHECK_ONLY) host $(HOST_TESTS) $(REPLAYS)
check-iso: build/quire.elf $(CHECKED_FILES) build/shim.elf build/stretch.so $(TASK_FILES)
	@$(CHECK_ONLY) iso

.PHONY: check-trace
check-trace: build/quire.elf $(TASK_FILES)
	@tests/check-trace

host-tests: $(HOST_TESTS) $(REPLAYS)

# An archive, so that a test can stand in for a source by defining its functions itself.
$(O)/host/pure.a: $(HOST_OBJECTS) $(HOST_HELPERS)
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $^
$(HOST_TESTS): $(O)/host/%: $(O)/host/tests/host/%.c.o $(O)/host/pure.a
	$(call say,LD,$@)
	$(Q)$(CC) -fsanitize=$(SANITIZE) -o $@ $^ $(CHECK_LIBRARIES)
.PRECIOUS: $(O)/host/tests/host/%.c.o

# --- sources ---------------------------------------------------------------------------------------------------------

C_FILES := $(shell find kernel libipc servers tests docs -name '*.c' -o -name '*.h' -o -name '*.[ch]pp' 2>/dev/null | sort)
SHELL_FILES := $(wildcard .ci/run iso/build iso/pack iso/check-elf tests/run tests/run-selftest tests/check tests/coverage tests/deps \
    tests/doctor tests/reproducible tests/trace tests/check-trace tests/picture \
    tests/fuzz/run tests/model/run tests/model/explore.bash tests/model/protocol/run tests/model/smp/run \
    tests/debug/run tests/machine/*.sh)

TIDY_FILES := $(filter kernel/%.c libipc/%.c servers/%.c,$(C_FILES))

.PHONY: lint lint-format lint-cppcheck lint-tidy lint-shell lint-docs format size docs
lint: lint-format lint-cppcheck lint-tidy lint-shell lint-docs
lint-format:
	$(call say,FORMAT,$(words $(C_FILES)) files)
	$(Q)clang-format --dry-run -Werror $(C_FILES)
lint-cppcheck:
	$(call say,CPPCHECK,$(words $(C_FILES)) files)
	$(Q)mkdir -p build/cppcheck
	$(Q)cppcheck --quiet --error-exitcode=1 --cppcheck-build-dir=build/cppcheck --std=c11 --platform=unix64 \
	    --enable=warning,performance,portability --inline-suppr --suppressions-list=tests/cppcheck-suppressions \
	    -I. -Ilibipc/include -D__x86_64__ -D__LP64__ kernel libipc servers tests
lint-tidy:
	$(call say,TIDY,$(words $(TIDY_FILES)) files)
	$(Q)mkdir -p build/tidy
	$(Q)$(MAKE) -s CC=clang COMMANDS=build/tidy/compile_commands.json build/tidy/compile_commands.json >/dev/null
	$(Q)printf '%s\n' $(TIDY_FILES) | xargs -P 2 -I FILE \
	    sh -c 'echo "           FILE"; clang-tidy --quiet -p build/tidy FILE' 2>build/tidy/log || \
	    { grep -v ' generated' build/tidy/log; false; }
lint-shell:
	$(call say,SHELL,$(words $(SHELL_FILES)) files)
	$(Q)shellcheck -x $(SHELL_FILES)
# The tables of the ABI and the memory map in docs/ are printed from what the code is compiled from.
addresses_in = $(shell sed -n 's/^ *\. = \(0x[0-9a-f]*\);.*/\1/p' $(1))
build/tables: docs/tables.c $(wildcard libipc/include/quire/* servers/shell/*.def)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARNINGS) -Ilibipc/include $< -o $@
build/memory_map: docs/memory_map.c kernel/layout.h kernel/kernel.lds libipc/task.lds $(wildcard libipc/include/quire/*)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARNINGS) -I. -Ilibipc/include '-DKERNEL_LOAD=UINT64_C($(call addresses_in,kernel/kernel.lds))' \
	    '-DTASK_IMAGE=UINT64_C($(firstword $(call addresses_in,libipc/task.lds)))' \
	    '-DTASK_KEEP=UINT64_C($(lastword $(call addresses_in,libipc/task.lds)))' $< -o $@
lint-docs: build/tables build/memory_map
	$(call say,DOCS,docs/tables.md docs/memory-map.md)
	$(Q)build/tables | diff - docs/tables.md || { echo 'out of date: make docs'; false; }
	$(Q)build/memory_map | diff - docs/memory-map.md || { echo 'out of date: make docs'; false; }
# Diagrams are committed as drawn, so that who reads them needs no graphviz.
DOT_STYLE := -Gfontname=sans -Gfontsize=12 -Gcolor=gray60 -Gstyle=rounded -Nfontname=sans -Nfontsize=11 -Nshape=box \
    -Nstyle=rounded -Nmargin=0.15,0.1 -Efontname=sans -Efontsize=10 -Ecolor=gray30 -Earrowsize=0.7
DIAGRAMS := $(patsubst %.dot,%.svg,$(wildcard docs/diagrams/*.dot))
docs/diagrams/%.svg: docs/diagrams/%.dot
	$(call say,DOT,$@)
	$(Q)dot -Tsvg $(DOT_STYLE) $< -o $@
docs: build/tables build/memory_map $(DIAGRAMS)
	$(Q)build/tables >docs/tables.md
	$(Q)build/memory_map >docs/memory-map.md
.PHONY: check-docs
check-docs: build/quire.elf $(TASK_FILES)
	@docs/check $(if $(ONLY),--only '$(ONLY)')
format:
	$(Q)clang-format -i $(C_FILES)

size: build/quire.elf $(TASK_FILES)
	@tests/size $(O)/kernel

# One entry for each object: what its rule runs.
COMMANDS ?= compile_commands.json
$(COMMANDS): build/sources $(O)/flags-kernel $(O)/flags-library $(O)/flags-task $(O)/flags-host
	$(call say,JSON,$@)
	$(file >$@,[)
	$(foreach object,$(LISTED_OBJECTS),$(call list,$(object)))
	$(Q)sed -i '$$s/,$$//' $@; echo ']' >>$@
build/sources: force
	$(call stamp,$(COMMANDS) $(LISTED_OBJECTS))
# One entry a source: not those of further images, nor of the checked ones.
LISTED_OBJECTS = $(sort $(filter-out $(SERVER_IMAGES:%=$(O)/server_%/%) $(O)/checked/% $(O)/server_checked/%,$(filter %.c.o,$(ALL_OBJECTS)) $(patsubst $(O)/host/%,$(O)/host/tests/host/%.c.o,$(HOST_TESTS))))
# Variant and source of an object's path: build/COMPILER/VARIANT/SOURCE.o
variant = $(firstword $(subst /, ,$(patsubst $(O)/%,%,$(1))))
source = $(patsubst $(O)/$(call variant,$(1))/%.o,%,$(1))
list = $(file >>$(COMMANDS),{"directory": "$(CURDIR)"$(comma) "file": "$(call source,$(1))"$(comma) \
    "command": "$(CC) $(subst ",\",$(filter-out -fcallgraph-info=su,$(FLAGS_$(call variant,$(1))))) -c $(call source,$(1))"}$(comma))

# --- the rest --------------------------------------------------------------------------------------------------------

.PHONY: deps doctor clean help
doctor:
	@bash tests/doctor
deps:
	@tests/deps tests/packages

clean:
	$(Q)rm -rf build compile_commands.json

help:
	@sed 's/^    //' tests/help.txt
