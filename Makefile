# Quire's build. `make help` lists targets and variables; docs/ and README.md tell the rest.
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

ifeq ($(origin CC),default)
CC := gcc
endif
LD := ld
OBJCOPY := objcopy
export CC
ifeq ($(filter deps doctor clean help,$(MAKECMDGOALS))$(shell command -v $(CC)),)
$(error there is no compiler $(CC))
endif

# Q hides commands unless V=1; $(call say,WHAT) shows one line instead of them.
Q := $(if $(V),,@)
say = @printf '  %-8s %s\n' '$(1)' '$(2)'

# Objects of each compiler live apart; what they are linked to is shared, and made anew when the compiler changes.
O := build/$(notdir $(CC))

MUSL_HEADERS ?= /usr/include/x86_64-linux-musl
MUSL ?= /usr/lib/x86_64-linux-musl/libc.a

# Asked of the compiler at first use, not earlier: `make deps all` may have just installed it.
COMPILER_HEADERS = $(eval COMPILER_HEADERS := $(shell $(CC) -print-file-name=include))$(COMPILER_HEADERS)
COMPILER_VERSION = $(eval COMPILER_VERSION := $(shell $(CC) --version | head -n 1))$(COMPILER_VERSION)
CHECK_FLAGS = $(eval CHECK_FLAGS := $(shell pkg-config --cflags check))$(CHECK_FLAGS)
CHECK_LIBRARIES = $(eval CHECK_LIBRARIES := $(shell pkg-config --libs --static check))$(CHECK_LIBRARIES)

WARNINGS := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla
GCC := $(if $(findstring clang,$(CC)),,yes)

# No red zone: interrupts take the kernel's, and system_call.h pushes in the midst of a task's functions.
FREESTANDING = -std=gnu11 -ffreestanding -nostdinc -isystem $(COMPILER_HEADERS) -isystem $(MUSL_HEADERS) \
    -I. -Ilibipc/include -O2 -g -fno-pic -fno-pie -mno-red-zone -fno-common -fno-strict-aliasing -fno-stack-protector \
    -fno-asynchronous-unwind-tables $(WARNINGS)
# The kernel's stack is a few pages: no frame may take much of it. -fcallgraph-info feeds `make size`.
FLAGS_kernel = $(FREESTANDING) -mgeneral-regs-only -mcmodel=kernel -I$(O)/kernel \
    -Wframe-larger-than=2048 $(if $(GCC),-fcallgraph-info=su)
# What asserts the rules of docs/smp.md: kernel/rules.h.
FLAGS_checked = $(subst -I$(O)/kernel,-I$(O)/checked,$(FLAGS_kernel)) -DCHECKED
FLAGS_library = $(FREESTANDING) -mgeneral-regs-only -DQUIRE_CLOBBER_RBP
FLAGS_server = $(FREESTANDING) -mgeneral-regs-only -DQUIRE_CLOBBER_RBP
FLAGS_server_checked = $(FLAGS_server) -DCHECKED
# Optimised otherwise, so that nothing lies where it lies in the first.
FLAGS_server_2 = $(FLAGS_server) -O1 -DSERVER_VERSION=2
FLAGS_server_other_layout = $(FLAGS_server) -DSERVER_VERSION=3 -DKEEP_VERSION=999
# Where the assembler finds what TASK_FILE of quire/make_task.h names.
FLAGS_task = $(FREESTANDING) -Wa,-Ibuild/children
# Tasks given by TASKS= are somebody's own: warned about, not refused.
FLAGS_extra = $(filter-out -Werror,$(FREESTANDING)) -Wno-missing-prototypes -Wa,-Ibuild/extra/children
SANITIZE ?= address,undefined
FLAGS_host = -std=gnu11 -D_GNU_SOURCE -DQUIRE_HOST -I. -Ilibipc/include -O1 -g -fno-omit-frame-pointer \
    -fno-strict-aliasing -fsanitize=$(SANITIZE) -fno-sanitize-recover=all $(WARNINGS) $(CHECK_FLAGS) $(HOST_ATOMIC)
HOST_ATOMIC := '-DQUIRE_ATOMIC_HEADER="tests/host/stop_atomic.h"'

# Measured natively: as a task's code is compiled, but for the host.
FLAGS_native = -std=gnu11 -D_GNU_SOURCE -DQUIRE_HOST -I. -Ilibipc/include -O2 -g -fno-strict-aliasing $(WARNINGS)

# $(call link,SCRIPT,ENTRY OPTIONS): one static ELF file of the prerequisites that are objects or archives.
link = $(LD) -static -nostdlib -z noexecstack -z max-page-size=4096 --fatal-warnings --build-id=none \
    -T $(1) $(2) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(MUSL)

find = $(sort $(foreach folder,$(1),$(shell find $(folder) -name '*.c' -o -name '*.S' 2>/dev/null)))
objects = $(patsubst %,$(O)/$(1)/%.o,$(2))

# --- what is built of what -------------------------------------------------------------------------------------------

# Sources of the library that the kernel takes in too.
SHARED_SOURCES := $(wildcard $(addprefix libipc/src/,format.c error.c names.c elf.c option_words.c))
KERNEL_SOURCES := $(filter-out kernel/entry/offsets.c,$(call find,kernel)) $(SHARED_SOURCES)
KERNEL_OBJECTS := $(call objects,kernel,$(KERNEL_SOURCES))
LIBRARY_OBJECTS := $(call objects,library,$(call find,libipc/src))

# What has no privileged instruction and no system call in it, and is tested on the host.
HOST_SOURCES := $(wildcard \
    $(addprefix kernel/boot/,multiboot2.c memory_map.c acpi.c) \
    $(addprefix kernel/memory/,region.c early.c reserve.c) \
    $(addprefix kernel/panic/,symbol.c backtrace.c) \
    $(addprefix servers/console/,terminal.c keyboard.c) $(addprefix libipc/src/,canvas.c font.c audit_text.c) \
    $(filter-out %/main.c %/clock.c,$(wildcard servers/framemap/*.c)) \
    servers/frameserv/core/*.c servers/frameserv/audit/*.c servers/init/options.c) $(SHARED_SOURCES)
HOST_OBJECTS := $(call objects,host,$(HOST_SOURCES))
HOST_TESTS := $(patsubst tests/host/%.c,$(O)/host/%,$(wildcard tests/host/test_*.c))
# Other files in tests/host/ are helpers of all test programs.
HOST_HELPERS := $(call objects,host,$(filter-out tests/host/test_%.c,$(wildcard tests/host/*.c)))

# Tasks: a folder in servers/, tests/tasks/ or tests/bench/, or one file in the latter two.
folders = $(patsubst %/,%,$(wildcard $(addsuffix /*/,$(1))))
SERVER_FOLDERS := $(call folders,servers)
TEST_TASKS := $(filter-out tests/bench/host,$(call folders,tests/tasks tests/bench)) $(wildcard tests/tasks/*.c tests/bench/*.c)
task_name = $(basename $(notdir $(1)))
TASK_NAMES := $(call task_name,$(SERVER_FOLDERS) $(TEST_TASKS))
TASK_FILES := $(patsubst %,build/tasks/%.elf,$(TASK_NAMES))
# Further images of the frame server, which can take over from the first (modules with the word `upgrade`): another version of it,
# and one that lays out otherwise what it keeps.
SERVER_IMAGES := 2 other_layout
TASK_FILES += $(SERVER_IMAGES:%=build/tasks/frameserv_%.elf)
$(if $(filter-out $(words $(sort $(TASK_NAMES))),$(words $(TASK_NAMES))),\
    $(error two tasks have one name: $(sort $(TASK_NAMES))))

# TASKS=PATH[:OPTION...][,PATH...]: tasks from anywhere, for this run: a C file, a folder of them, or a linked ELF file.
# Each gets the words of TASK_OPTIONS and its own; `-WORD` takes one of the former away; after `--` come its arguments.
comma := ,
colon := :
TASK_OPTIONS ?= claim lookup verdict
EXTRA_ITEMS := $(subst $(comma), ,$(TASKS))
item_words = $(subst $(colon), ,$(1))
item_path = $(patsubst %/,%,$(firstword $(call item_words,$(1))))
item_own = $(wordlist 2,99,$(call item_words,$(1)))
item_taken = $(filter-out --,$(filter -%,$(call item_own,$(1))))
item_options = $(filter-out $(patsubst -%,%,$(call item_taken,$(1))),$(TASK_OPTIONS)) \
    $(filter-out $(call item_taken,$(1)),$(call item_own,$(1)))
EXTRA_PATHS := $(foreach item,$(EXTRA_ITEMS),$(call item_path,$(item)))
extra_file = build/extra/$(call task_name,$(1)).elf
EXTRA_FILES := $(foreach path,$(EXTRA_PATHS),$(call extra_file,$(path)))
# CHILDREN=PATH[,PATH...]: likewise, but not started: their files, stripped, become part of tasks in TASKS (TASK_FILE).
CHILD_PATHS := $(patsubst %/,%,$(subst $(comma), ,$(CHILDREN)))
CHILD_FILES := $(foreach path,$(CHILD_PATHS),build/extra/children/$(call task_name,$(path)).elf)
ALL_PATHS := $(sort $(EXTRA_PATHS) $(CHILD_PATHS))
ifneq ($(word 2,$(TASKS))$(word 2,$(CHILDREN)),)
$(error TASKS, CHILDREN: paths must have no blanks, and commas between them)
endif
$(foreach path,$(CHILD_PATHS),$(if $(wildcard $(path)),,$(error CHILDREN: $(path) does not exist)))
$(foreach path,$(EXTRA_PATHS),$(if $(wildcard $(path)),,$(error TASKS: $(path) does not exist)))
$(foreach path,$(ALL_PATHS),$(if $(or $(filter %.c %.elf,$(path)),$(wildcard $(path)/*.c $(path)/*/*.c)),,\
    $(error TASKS, CHILDREN: neither C file, folder of C files nor ELF file: $(path))))
$(foreach file,$(EXTRA_FILES),$(if $(word 2,$(filter $(file),$(EXTRA_FILES))),\
    $(error TASKS: two tasks are named $(call task_name,$(file)))))
$(if $(filter-out $(words $(ALL_PATHS)),$(words $(sort $(call task_name,$(ALL_PATHS))))),\
    $(error TASKS, CHILDREN: two tasks have one name: $(ALL_PATHS)))

ALL_OBJECTS := $(KERNEL_OBJECTS) $(LIBRARY_OBJECTS)
SUITES := $(wildcard iso/suites/*.cfg)

.PHONY: all
all: build/quire.iso compile_commands.json

build/quire.iso: build/quire.elf $(TASK_FILES) $(SUITES) iso/build iso/pack
	$(call say,ISO,$@)
	$(Q)iso/build --menu --output $@

# --- compiling -------------------------------------------------------------------------------------------------------

# Files that change when compiler or flags do, so that what was made with the old ones is made again.
.PHONY: force
force:
stamp = $(Q)mkdir -p $(@D); cmp -s - $@ <<<'$(1)' || echo '$(1)' >$@
build/compiler: force | $(filter deps,$(MAKECMDGOALS))
	$(call stamp,$(CC) $(COMPILER_VERSION))
$(O)/flags-%: force | $(filter deps,$(MAKECMDGOALS))
	$(call stamp,$(CC) $(COMPILER_VERSION) $(FLAGS_$*))
.PRECIOUS: $(O)/flags-%

# $(call compile,VARIANT): rules for objects of build/COMPILER/VARIANT/ from the sources at the same path.
define compile
$(O)/$(1)/%.c.o: %.c $(O)/flags-$(1)
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $$(FLAGS_$(1)) -MMD -MP -c $$< -o $$@
$(O)/$(1)/%.S.o: %.S $(O)/flags-$(1)
	$$(call say,AS,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $$(filter-out -fcallgraph-info=su,$$(FLAGS_$(1))) -MMD -MP -c $$< -o $$@
endef
$(foreach variant,kernel checked library server server_checked task extra host native,$(eval $(call compile,$(variant))))

# Offsets of structure members for assembly: the compiler writes lines `->NAME $value` into its output.
define offsets
$(filter %.S.o,$(call objects,$(1),$(KERNEL_SOURCES))): $(O)/$(1)/offsets.h
$(O)/$(1)/offsets.h: kernel/entry/offsets.c $(O)/flags-$(1)
	$$(call say,OFFSETS,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(filter-out -fcallgraph-info=su,$$(FLAGS_$(1))) $$(if $$(GCC),,-fno-integrated-as) \
	    -MMD -MP -MT $$@ -MF $$@.d -S $$< -o $$@.s
	$$(Q)sed -n 's/^.*->\([A-Za-z0-9_]*\) [$$$$#]*\(-\{0,1\}[0-9][0-9]*\).*/#define \1 \2/p' $$@.s >$$@
	$$(Q)test -s $$@
endef
$(foreach variant,kernel checked,$(eval $(call offsets,$(variant))))

# --- linking ---------------------------------------------------------------------------------------------------------

# The kernel knows names and stack use of its functions (kernel/panic/symbol.h): linked without, the table is made of that,
# and linked again with it, behind the text. Then the text has to be where it was, and the table true.
# $(call kernel,FILE,VARIANT)
define kernel
$(O)/$(2)/unnamed.elf: $(call objects,$(2),$(KERNEL_SOURCES)) kernel/kernel.lds
	$$(Q)$$(call link,kernel/kernel.lds,)
$(O)/$(2)/symbols.S: $(O)/$(2)/unnamed.elf kernel/panic/make-symbols
	$$(call say,SYMBOLS,$$@)
	$$(Q)kernel/panic/make-symbols $$< >$$@
$(O)/$(2)/symbols.o: $(O)/$(2)/symbols.S
	$$(Q)$$(CC) -c $$< -o $$@
$(1): $(call objects,$(2),$(KERNEL_SOURCES)) $(O)/$(2)/symbols.o kernel/kernel.lds build/compiler iso/check-elf
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(call link,kernel/kernel.lds,)
	$$(Q)kernel/panic/make-symbols $$@ | cmp -s - $(O)/$(2)/symbols.S || \
	    { echo "$$@: its functions moved when their names were added"; false; }
	$$(Q)iso/check-elf --no-vector-registers $$@
	$$(Q)grub-file --is-x86-multiboot2 $$@
endef
$(eval $(call kernel,build/quire.elf,kernel))
$(eval $(call kernel,build/checked/quire.elf,checked))

build/libquire.a: $(LIBRARY_OBJECTS) build/compiler
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $(LIBRARY_OBJECTS)

# $(call task,FILE,VARIANT,SOURCES,OPTIONS FOR check-elf): rules for one task.
define task
ALL_OBJECTS += $$(call objects,$(2),$(3))
$(1): $$(call objects,$(2),$(3)) build/libquire.a libipc/task.lds build/compiler iso/check-elf
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(call link,libipc/task.lds,-u _start)
	$$(Q)iso/check-elf $(4) $$@
endef
# What the lying frame server shares with the one that does not lie.
BORROWED_tests/tasks/liar := $(filter-out servers/frameserv/main.c servers/frameserv/kernel.c,$(call find,servers/frameserv))
# Honest tasks that work while the frame server is killed are those of the suite hostile.
BORROWED_tests/tasks/killer := servers/framemap/clock.c
BORROWED_tests/tasks/upgrade := servers/framemap/clock.c tests/tasks/hostile/children.c tests/tasks/hostile/child_image.S
sources = $(if $(filter %.c,$(1)),$(1),$(call find,$(1)) $(BORROWED_$(1)))
task_file = build/tasks/$(call task_name,$(1)).elf
# Tasks that find the FPU closed.
WITHOUT_FPU := servers/frameserv tests/tasks/liar tests/tasks/boundary.c
$(foreach path,$(filter $(WITHOUT_FPU),$(SERVER_FOLDERS) $(TEST_TASKS)),\
    $(eval $(call task,$(call task_file,$(path)),server,$(call sources,$(path)),\
    $(if $(filter servers/%,$(path)),--no-vector-registers))))
$(foreach path,$(filter-out $(WITHOUT_FPU),$(SERVER_FOLDERS) $(TEST_TASKS)),\
    $(eval $(call task,$(call task_file,$(path)),task,$(call sources,$(path)),)))
$(foreach image,$(SERVER_IMAGES),$(eval $(call compile,server_$(image)))\
    $(eval $(call task,build/tasks/frameserv_$(image).elf,server_$(image),$(call sources,servers/frameserv),--no-vector-registers)))

# Kernel and frame server that assert the rules: machines boot them with --checked.
CHECKED_FILES := build/checked/quire.elf build/checked/frameserv.elf
ALL_OBJECTS += $(call objects,checked,$(KERNEL_SOURCES))
$(eval $(call task,build/checked/frameserv.elf,server_checked,$(call sources,servers/frameserv),--no-vector-registers))

# The path of a source may hold anything, so it gets a rule of its own and an object in a folder of its task.
# Somebody's sources come and go and include what they like: compiled at every run.
define extra_object
$(1): $(2) $(O)/flags-extra force | $(3)
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $$(FLAGS_extra) -c $$< -o $$@
endef
extra_name = $(O)/extra/$(call task_name,$(1))/$(subst /,_,$(patsubst $(1)/%,%,$(2))).o
define extra_task
$(foreach source,$(call sources,$(2)),$(eval $(call extra_object,$(call extra_name,$(2),$(source)),$(source),\
    $(if $(filter $(2),$(CHILD_PATHS)),,$(CHILD_FILES)))))
$(1): $(foreach source,$(call sources,$(2)),$(call extra_name,$(2),$(source))) build/libquire.a libipc/task.lds \
    build/compiler iso/check-elf force
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(call link,libipc/task.lds,-u _start)
	$$(Q)iso/check-elf $$@
endef
define extra_copy
$(1): $(2) iso/check-elf force
	$$(Q)mkdir -p $$(@D); cp $$< $$@
	$$(Q)iso/check-elf $$@
endef
$(foreach path,$(ALL_PATHS),$(eval $(call $(if $(filter %.elf,$(path)),extra_copy,extra_task),\
    $(call extra_file,$(path)),$(path))))
$(CHILD_FILES): build/extra/children/%: build/extra/%
	$(Q)mkdir -p $(@D)
	$(Q)$(OBJCOPY) --strip-all $< $@

include tests/tools.mk
include tests/tests.mk

-include $(ALL_OBJECTS:.o=.d) $(NATIVE_OBJECTS:.o=.d) $(HOST_OBJECTS:.o=.d) $(HOST_HELPERS:.o=.d) $(HOST_TESTS:$(O)/host/%=$(O)/host/tests/host/%.c.d) $(O)/kernel/offsets.h.d $(O)/checked/offsets.h.d
