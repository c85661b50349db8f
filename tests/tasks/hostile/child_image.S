/* The program of all children, as the loader of tasks reads it. */
    .section .rodata
    .balign 16
    .global child_image, child_image_size
child_image:
    .incbin "build/children/hostile_child.elf"
    .set child_image_bytes, . - child_image
    .balign 8
child_image_size:
    .quad child_image_bytes

    .section .note.GNU-stack, "", @progbits
