/* The child's ELF file, as the tests that start children load it: the child has no module of its own. */
        .section .rodata
        .global child_file, child_file_size
        .balign 16
child_file:
        .incbin "build/children/child.elf"
child_file_end:
        .balign 8
child_file_size:
        .quad child_file_end - child_file
        .section .note.GNU-stack, "", @progbits
