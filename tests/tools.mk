# Checks that need other tools than a compiler and a machine: coverage, threads, the model, fuzzing. docs/testing.md.

# --- the model -------------------------------------------------------------------------------------------------------

# The slot protocol and the locks as they are, with atomics that Relacy runs. Optimised, for its many runs.
CXX_OF_CC = $(if $(GCC),g++,clang++)
FLAGS_model = $(filter-out -O1 -fsanitize=% $(HOST_ATOMIC),$(FLAGS_host)) -O2 '-DQUIRE_ATOMIC_HEADER="tests/model/atomic.h"'
FLAGS_model_cpp := -std=gnu++17 -I. -O2 -g -Wall -Wextra -Werror
MODEL_OBJECTS := $(call objects,model,tests/model/calls.c servers/frameserv/core/slot.c libipc/src/error.c) \
    $(O)/model/checker.o $(O)/model/model.o
$(eval $(call compile,model))

$(O)/model/%.o: tests/model/%.cpp tests/tools.mk build/compiler
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX_OF_CC) $(FLAGS_model_cpp) -MMD -MP -c $< -o $@
$(O)/model/model: $(MODEL_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CXX_OF_CC) -o $@ $^

# The protocol, as programs that Spin writes: one visits all states, one looks for cycles among them. Reductions of their
# number are switched off, and what is not our code is not warned about.
PROTOCOL := $(O)/model/protocol
FLAGS_protocol := -I. -O1 -w -DMEMLIM=4000 -DNOFAIR -DNOREDUCE
$(PROTOCOL)/pan.c: $(wildcard tests/model/protocol/*.pml)
	$(call say,SPIN,tests/model/protocol/protocol.pml)
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && spin -a $(CURDIR)/tests/model/protocol/protocol.pml
$(PROTOCOL)/states: FLAGS_protocol += -DSAFETY
$(PROTOCOL)/cycles: FLAGS_protocol += -DNP
$(PROTOCOL)/states $(PROTOCOL)/cycles: $(PROTOCOL)/pan.c $(wildcard tests/model/protocol/*.def tests/model/protocol/*.h) build/compiler
	$(call say,CC,$@)
	$(Q)$(CC) $(FLAGS_protocol) -o $@ $<

# The kernel on several CPUs: a program for each model.
SMP := $(O)/model/smp
SMP_MODELS := $(patsubst tests/model/smp/%.pml,%,$(filter-out %/common.pml,$(wildcard tests/model/smp/*.pml)))
SMP_PROGRAMS := $(SMP_MODELS:%=$(SMP)/%/states) $(SMP)/strip/cycles $(SMP)/calls/cycles $(SMP)/restart/cycles
$(SMP)/%/pan.c: tests/model/smp/%.pml tests/model/smp/common.pml
	$(call say,SPIN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && spin -a $(CURDIR)/$<
$(SMP)/%/states: $(SMP)/%/pan.c
	$(call say,CC,$@)
	$(Q)$(CC) $(FLAGS_protocol) -DSAFETY -o $@ $<
$(SMP)/%/cycles: $(SMP)/%/pan.c
	$(call say,CC,$@)
	$(Q)$(CC) $(FLAGS_protocol) -DNP -o $@ $<
$(SMP_PROGRAMS): $(wildcard tests/model/smp/*.def tests/model/smp/*.h) build/compiler
.SECONDARY: $(SMP_MODELS:%=$(SMP)/%/pan.c)

.PHONY: check-model
check-model: $(O)/model/model $(PROTOCOL)/states $(PROTOCOL)/cycles $(SMP_PROGRAMS)
	@tests/model/run $< $(PROTOCOL) $(SMP)

# --- threads ---------------------------------------------------------------------------------------------------------

# The server's core with a thread for each worker, under the thread sanitizer.
FLAGS_tsan = $(filter-out -fsanitize=% $(HOST_ATOMIC),$(FLAGS_host)) -fsanitize=thread \
    '-DQUIRE_ATOMIC_HEADER="tests/threads/atomic.h"'
TSAN_OBJECTS := $(call objects,tsan,$(HOST_SOURCES) $(wildcard tests/threads/*.c tests/host/*_world.c) \
    tests/fuzz/stand_in_check.c)
$(eval $(call compile,tsan))

$(O)/tsan/threads: $(TSAN_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) -fsanitize=thread -o $@ $^ -lpthread

.PHONY: check-tsan
check-tsan: $(O)/tsan/threads
	@TSAN_OPTIONS=halt_on_error=1 $< $(SEED)

# --- coverage --------------------------------------------------------------------------------------------------------

# Of the server's core, by those programs of check-host that use it.
COVERED := servers/frameserv/core
COVERAGE_LINES ?= 95
COVERAGE_BRANCHES ?= 90
FLAGS_cover = $(filter-out -O1 -fsanitize=%,$(FLAGS_host)) -O0 --coverage
COVER_SOURCES := $(HOST_SOURCES) $(filter-out tests/host/test_%.c,$(wildcard tests/host/*.c))
COVER_TESTS := $(patsubst tests/host/%.c,$(O)/cover/%,$(shell grep -lE 'frameserv/core|_world.h|_calls.h' tests/host/test_*.c))
$(eval $(call compile,cover))

$(O)/cover/pure.a: $(call objects,cover,$(COVER_SOURCES))
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $^
$(COVER_TESTS): $(O)/cover/%: $(O)/cover/tests/host/%.c.o $(O)/cover/pure.a
	$(call say,LD,$@)
	$(Q)$(CC) --coverage -o $@ $^ $(CHECK_LIBRARIES)
.PRECIOUS: $(O)/cover/tests/host/%.c.o

# gcov is gcc's.
.PHONY: coverage coverage-tests
coverage-tests: $(COVER_TESTS)
coverage:
	$(Q)$(MAKE) CC=gcc coverage-tests
	@tests/coverage --lines $(COVERAGE_LINES) --branches $(COVERAGE_BRANCHES) $(COVERED) \
	    $(patsubst $(O)/%,build/gcc/%,$(COVER_TESTS))

# --- fuzzing ---------------------------------------------------------------------------------------------------------

# A program for each of these: tests/fuzz/fuzz_NAME.c.
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# What they share. Neither these nor helpers of the host tests count for coverage, which guides libFuzzer.
FUZZ_HELPERS := $(call objects,host,tests/fuzz/clients.c tests/fuzz/stand_in_check.c tests/host/stop_point.c $(wildcard tests/host/*_world.c))
FUZZ_PROGRAMS := $(patsubst %,$(O)/fuzz/fuzz_%,$(FUZZ_NAMES))
FUZZED := $(or $(subst $(comma), ,$(ONLY)),$(FUZZ_NAMES))
SECONDS_EACH = $(or $(filter-out 0,$(shell expr '$(or $(SECONDS),60)' / $(words $(FUZZED)))),1)

FLAGS_fuzz = $(FLAGS_host) -fsanitize=fuzzer-no-link
$(eval $(call compile,fuzz))
# The audit after each call uses these too: noting each comparison would take half of the time.
$(O)/fuzz/servers/%.o: FLAGS_fuzz += -fno-sanitize-coverage=trace-cmp

$(O)/fuzz/pure.a: $(call objects,fuzz,$(HOST_SOURCES)) $(FUZZ_HELPERS)
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $^
$(FUZZ_PROGRAMS): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/%.c.o $(O)/fuzz/pure.a
	$(call say,LD,$@)
	$(Q)$(CC) -fsanitize=fuzzer,$(SANITIZE) -o $@ $^

# The same inputs again, without libFuzzer: programs of check-host.
REPLAYS := $(patsubst %,$(O)/host/fuzz_%,$(FUZZ_NAMES))
$(O)/host/fuzz.a: $(FUZZ_HELPERS)
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $^
$(REPLAYS): $(O)/host/%: $(O)/host/tests/fuzz/%.c.o $(O)/host/tests/fuzz/replay.c.o $(O)/host/fuzz.a $(O)/host/pure.a
	$(call say,LD,$@)
	$(Q)$(CC) -fsanitize=$(SANITIZE) -o $@ $^
.PRECIOUS: $(O)/host/tests/fuzz/%.c.o $(O)/fuzz/tests/fuzz/%.c.o

# libFuzzer is clang's. New inputs stay in build/fuzz/NAME, from where fuzz-corpus takes what the corpus lacks.
.PHONY: fuzz fuzz-programs fuzz-corpus
fuzz-programs: $(FUZZ_PROGRAMS)
fuzz:
	$(Q)$(MAKE) CC=clang fuzz-programs
	@tests/fuzz/run --seconds $(SECONDS_EACH) $(if $(SEED),--seed $(SEED)) $(FUZZED)
fuzz-corpus:
	$(Q)$(MAKE) CC=clang fuzz-programs
	@tests/fuzz/run --merge $(FUZZED)

-include $(patsubst %.o,%.d,$(MODEL_OBJECTS) $(TSAN_OBJECTS) $(FUZZ_HELPERS)) $(REPLAYS:$(O)/host/%=$(O)/host/tests/fuzz/%.c.d) \
    $(FUZZ_PROGRAMS:$(O)/fuzz/%=$(O)/fuzz/tests/fuzz/%.c.d) $(COVER_TESTS:$(O)/cover/%=$(O)/cover/tests/host/%.c.d) \
    $(patsubst %.o,%.d,$(call objects,fuzz,$(HOST_SOURCES)) $(call objects,cover,$(COVER_SOURCES)))
