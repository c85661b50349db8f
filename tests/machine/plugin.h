/* QEMU's interface for plugins (version 1, that of Debian 12), as far as it is used, since Debian has no package with its
 * header. */
#ifndef TESTS_MACHINE_PLUGIN_H
#define TESTS_MACHINE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
#define INSTRUCTION_BYTES 15 /* Intel SDM volume 2, 2.3.11 */

enum plugin_registers { PLUGIN_NO_REGISTERS };
enum plugin_accesses { PLUGIN_READS = 1, PLUGIN_WRITES };
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
typedef void (*translated_function)(uint64_t plugin, struct qemu_plugin_tb *block);
typedef void (*executed_function)(unsigned int cpu, void *data);
typedef void (*accessed_function)(unsigned int cpu, uint32_t access, uint64_t address, void *data);
typedef void (*ended_function)(uint64_t plugin, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t plugin, translated_function function);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction, executed_function function,
                                            enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, executed_function function,
                                          enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *instruction, accessed_function function,
                                      enum plugin_registers registers, enum plugin_accesses accesses, void *data);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t access, uint64_t address);
bool qemu_plugin_mem_is_store(uint32_t access);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *place);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *place);
void qemu_plugin_register_atexit_cb(uint64_t plugin, ended_function function, void *data);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *instruction);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(uint64_t plugin, const void *machine, int count, char **options);

#endif
