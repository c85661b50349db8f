# Checks that need other tools than a compiler and a machine: coverage, threads, the model, fuzzing. docs/testing.md.

# --- fuzzing ---------------------------------------------------------------------------------------------------------

# A program for each of these: tests/fuzz/fuzz_NAME.c.
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# What they share. Neither these nor helpers of the host tests count for coverage, which guides libFuzzer.
FUZZ_HELPERS := $(call objects,host,tests/fuzz/clients.c tests/fuzz/stand_in_check.c $(wildcard tests/host/*_world.c))
FUZZ_PROGRAMS := $(patsubst %,$(O)/fuzz/fuzz_%,$(FUZZ_NAMES))
FUZZ_OBJECTS := $(call objects,fuzz,$(HOST_SOURCES) $(patsubst %,tests/fuzz/fuzz_%.c,$(FUZZ_NAMES)))
SECONDS_EACH = $(or $(filter-out 0,$(shell expr '$(or $(SECONDS),60)' / $(words $(FUZZ_NAMES)))),1)
FUZZ_FLAGS := -verbosity=0 -print_final_stats=1 -max_len=4096 -len_control=0 -timeout=10 -rss_limit_mb=2048

FLAGS_fuzz = $(FLAGS_host) -fsanitize=fuzzer-no-link
$(eval $(call compile,fuzz))

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

# libFuzzer is clang's. New inputs stay in build/fuzz/NAME; one that fails is named in the output.
.PHONY: fuzz fuzz-programs fuzz-corpus
fuzz-programs: $(FUZZ_PROGRAMS)
fuzz:
	$(Q)$(MAKE) CC=clang fuzz-programs
	@tests/fuzz/run --seconds $(SECONDS_EACH) $(if $(SEED),--seed $(SEED)) $(or $(ONLY),$(FUZZ_NAMES))
