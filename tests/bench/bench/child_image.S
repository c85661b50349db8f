/* The file of tests/bench/bench_child. */
    .section .rodata
    .balign 16
    .global bench_child, bench_child_size
bench_child:
    .incbin "build/children/bench_child.elf"
    .set bench_child_bytes, . - bench_child
    .balign 8
bench_child_size:
    .quad bench_child_bytes

    .section .note.GNU-stack, "", @progbits
