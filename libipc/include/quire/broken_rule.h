/* How the frame server of a checked build tells the kernel that it broke a rule of its own: an undefined instruction, with this
 * in rax. The kernel ends the machine then; any other fault would just start the server anew. */
#ifndef QUIRE_BROKEN_RULE_H
#define QUIRE_BROKEN_RULE_H

#define BROKEN_RULE 0x656c7572 /* "rule" */

#endif
