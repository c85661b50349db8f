#include "kernel/cpu/cpu.h"

struct cpu *cpus[WORKERS_MAX];
uint32_t cpu_count;
