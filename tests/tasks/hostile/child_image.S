/* The program of all children, as the loader of tasks reads it. */
    .section .rodata
    .balign 16
    .global child_image, child_image_end
child_image:
    .incbin "build/children/hostile_child.elf"
child_image_end:

    .section .note.GNU-stack, "", @progbits
