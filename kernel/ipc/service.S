/* The short way of requests to the frame server that concern one handle, and of its replies to them:
 *
 *   call, with room for a handle        alloc, claim, look-up by address
 *   call, with room, lending a handle   clone, look-up
 *   call, lending a handle              info
 *   call, dropping a handle             drop
 *   reply with a grant or a clone, or with words only
 *
 * Each is what call.c, carry.c, action.c and reply.c do in that case; anything unusual is left to them. */
#include "kernel/ipc/short_way.inc"

    .text

/* The word of the ledger, which is there, of a frame: its address to \word. Clobbers \scratch. */
.macro ledger_word frame32, word, scratch32, scratch
    movl \frame32, \scratch32
    shrl $9, \scratch32                 /* leaves of 512 words: asserted in offsets.c */
    movq ledger_directory, \word
    movq (\word,\scratch,8), \word
    movl \frame32, \scratch32
    andl $511, \scratch32
    leaq (\word,\scratch,8), \word
.endm

/* Remembers the empty entry for the handle that is wanted, as rax names it. Clobbers rcx, r11.
 * That it is empty holds until the reply: only the caller's own calls fill it. */
.macro take_room
    movq %rax, %r11
    shrq $32, %r11
    jz system_call_slow_saved
    cmpl TASK_HANDLE_LIMIT(%rbx), %r11d
    jae system_call_slow_saved
    table_entry %rbx, %r11d, %r11, %ecx, %rcx
    cmpl $HANDLE_EMPTY, ENTRY_STATE(%rcx)
    jne system_call_slow_saved
    movq %rcx, SERVICE_ROOM(%rbx)
.endm

/* The entry that the handle in r13 names, in rcx, and its name, as it was read once, in r11. Clobbers r13. */
.macro find_entry
    movl %r13d, %r11d
    cmpl TASK_HANDLE_LIMIT(%rbx), %r11d
    jae system_call_slow_saved
    table_entry %rbx, %r11d, %r11, %ecx, %rcx
    movq ENTRY_NAME(%rcx), %r11
    xorq %r11, %r13
    shrq $32, %r13
    jnz system_call_slow_saved
    movq %r11, %r13
    shrq $32, %r13
    jz system_call_slow_saved           /* no handle has generation 0, but empty entries do */
.endm

/* What the server sees in r13 of the frame whose number is there, of the entry in rcx: its address, rights below it. Clobbers
 * r11. */
.macro frame_word
    shlq $12, %r13
    movzwl ENTRY_RIGHTS(%rcx), %r11d
    orq %r11, %r13
.endm

/* Fills the empty entry that the caller in rbp has room in: r13: the frame's number, r14: rights. The entry is in
 * rdi then, to be linked, and its handle in r13. Clobbers rax, r14. */
.macro fill_room
    movq SERVICE_ROOM(%rbp), %rdi
    movl TASK_GENERATION(%rbp), %eax
    addl $1, %eax
    adcl $0, %eax                       /* never 0 */
    movl %eax, TASK_GENERATION(%rbp)
    shlq $32, %rax
    orq %rax, %r13
    movq %r13, ENTRY_NAME(%rdi)
    shll $16, %r14d
    orl $KIND_UNTYPED, %r14d
    movl %r14d, ENTRY_KIND(%rdi)        /* and rights */
    movl $HANDLE_HELD, ENTRY_STATE(%rdi)
    movq %rbp, ENTRY_OWNER(%rdi)
    movl REGISTERS_RAX + 4(%rbp), %r13d /* dst: where the entry is */
    orq %rax, %r13
.endm

    .global service_call
service_call:
    resolve_endpoint RIGHT_CALL
    movq LINE_RECEIVER(%r15), %rbp
    testq %rbp, %rbp
    jz system_call_slow
    cmpl $0, TASK_SERVER(%rbp)          /* a worker ranks above all tasks, and has no FPU state */
    je system_call_slow
    save_message
    movq ENTRY_PLACE(%rcx), %rdi
    movq %rdi, TASK_BADGE(%rbx)
    cmpl $HOW(CALL, NONE, DROP, 1), %eax
    je leave
    cmpl $HOW(CALL, CLONE, BORROW, 1), %eax
    je make_room_and_lend
    cmpl $HOW(CALL, GRANT, NONE, 1), %eax
    je make_room
    cmpl $HOW(CALL, CLONE, NONE, 1), %eax
    je make_room
    cmpl $HOW(CALL, NONE, BORROW, 1), %eax
    je lend
    jmp system_call_slow_saved

make_room:
    take_room
    xorl %r13d, %r13d
    jmp deliver_request

make_room_and_lend:
    take_room
lend:
    testq %r14, %r14                    /* a second one */
    jnz system_call_slow_saved
    find_entry
    movq %rcx, SERVICE_BORROWED(%rbx)
    movq %r14, SERVICE_BORROWED_1(%rbx)
    movq %r11, SERVICE_BORROWED_NAME(%rbx)
    movl %r11d, %r13d
    frame_word

/* rax as it came, rdi: badge, r13: what the server sees of the handle. */
deliver_request:
    movzwl %ax, %ecx                    /* number 0, want, mode */
    movq %rcx, SERVICE_PENDING(%rbx)
    movl %eax, %eax                     /* status 0, want, mode, n */
    begin_service
    cmpl $0, TASK_FPU(%rbx)
    je 1f
    close_fpu
1:  xorl %r14d, %r14d
    clear_selectors %r14d
    enter_task

/* Out of the ring, unmapped, and LEAVING until the reply. Kinds that ask for more are C's. */
leave:
    find_entry
    cmpw $KIND_UNTYPED, ENTRY_KIND(%rcx)
    jne system_call_slow_saved
    movq %rcx, SERVICE_LEAVING(%rbx)
    movl REGISTERS_R13(%rbx), %r13d     /* its index */
    movl %r13d, SERVICE_LEAVING_FIRST(%rbx)
    movl $1, SERVICE_LEAVING_COUNT(%rbx)
    movl %r11d, %r13d
    ledger_word %r13d, %r14, %edi, %rdi
    lock btsq $0, (%r14)
    jc system_call_slow_saved
    rules_lock %r14
    cmpq %r11, ENTRY_NAME(%rcx)         /* another CPU may have taken it away meanwhile */
    jne stay
    movq ENTRY_NEXT(%rcx), %rdi
    cmpq %rcx, %rdi
    je last_leaves
    movq ENTRY_PREVIOUS(%rcx), %rax
    movq %rdi, ENTRY_NEXT(%rax)
    movq %rax, ENTRY_PREVIOUS(%rdi)
    movq (%r14), %r11
    andq $LEDGER_ANCHOR, %r11
    cmpq %rcx, %r11
    je anchor_leaves
    decq ENTRY_LENGTH(%r11)
    orq $LEDGER_WORD_HELD, %r11
left:
    movq ENTRY_PLACE(%rcx), %rdi
    testq %rdi, %rdi
    jnz unmap
unmapped:
    movl $0, ENTRY_GENERATION(%rcx)
    movl $HANDLE_LEAVING, ENTRY_STATE(%rcx)
    rules_unlock
    movq %r11, (%r14)                   /* unlocks */
    movl ENTRY_FRAME(%rcx), %r13d
    frame_word
    movl REGISTERS_RAX(%rbx), %eax
    movq TASK_BADGE(%rbx), %rdi
    jmp deliver_request

/* What mapping_clear() does; the entry is the running task's. rdi: the page-table entry. Clobbers rax, r13. */
unmap:
    movq $0, (%rdi)
    movabsq $DIRECT_MAP_ADDRESS, %rax
    subq %rax, %rdi
    shrq $12, %rdi                      /* the table's frame */
    movl %edi, %eax
    shrl $9, %eax
    andl $511, %edi
    movq ledger_directory, %r13
    movq (%r13,%rax,8), %r13
    cmpq $LEDGER_LEAF_BUSY, %r13        /* one that was made at boot counts no children */
    jbe 1f
    movq (%r13,%rdi,8), %rdi
    movl %edi, %eax
    andl $LEDGER_STATE, %eax
    cmpl $LEDGER_WORD_HELD, %eax
    jne 1f
    andq $LEDGER_ANCHOR, %rdi
    lock decq ENTRY_LENGTH(%rdi)
1:  movq ENTRY_DETAIL(%rcx), %rdi
    invlpg (%rdi)
    movq $0, ENTRY_PLACE(%rcx)
    movq $0, ENTRY_DETAIL(%rcx)
    jmp unmapped

last_leaves:
    cmpq $0, frames_pinned              /* this one, perhaps: object/pin.h */
    jne stay
    movl $LEDGER_WORD_FREE, %r11d
    jmp left

stay:
    rules_unlock
    decq (%r14)                         /* unlocks */
    jmp system_call_slow_saved

anchor_leaves:
    movq ENTRY_LENGTH(%rcx), %rax
    decq %rax
    movq %rax, ENTRY_LENGTH(%rdi)
    leaq LEDGER_WORD_HELD(%rdi), %r11
    jmp left

/* From fastpath.S: rbx is a worker, rbp its caller, whose call has more to it than words, and that may go on at once. */
    .global service_reply
service_reply:
    movl SERVICE_PENDING(%rbp), %ecx
    cmpw $HOW(REPLY_RECEIVE, NONE, NONE, 0), %ax
    je reply_words
    cmpl $HOW(REPLY_RECEIVE, CLONE, NONE, 1), %eax
    je reply_clone
    cmpl $HOW(REPLY_RECEIVE, GRANT, NONE, 1), %eax
    jne system_call_slow

reply_grant:
    cmpl $(ACTION_GRANT << ACTION_SHIFT), %ecx
    jne system_call_slow
    testl $(FRAME_SIZE - 1), %r13d
    jnz system_call_slow
    testq %r14, %r14
    jz system_call_slow
    testq $~RIGHTS_FRAME, %r14
    jnz system_call_slow
    movq %r13, %rcx
    shrq $12, %rcx
    cmpq ledger_frame_count, %rcx
    jae system_call_slow
    shrl $9, %ecx
    movq ledger_directory, %r11
    movq (%r11,%rcx,8), %r11
    cmpq $LEDGER_LEAF_BUSY, %r11        /* not made, or being made */
    jbe system_call_slow
    movl %r13d, %ecx
    shrl $12, %ecx
    andl $511, %ecx
    leaq (%r11,%rcx,8), %r11
    movq %rax, REGISTERS_RAX(%rbx)
    movl $LEDGER_WORD_FREE, %eax
    movl $(LEDGER_WORD_FREE | LEDGER_LOCKED), %ecx
    lock cmpxchgq %rcx, (%r11)
    jne restore_and_slow
    rules_lock %r11
    movabsq $DIRECT_MAP_ADDRESS, %rdi   /* zeroed before anybody can have it */
    addq %r13, %rdi
    movl $(FRAME_SIZE / 8), %ecx
    xorl %eax, %eax
    rep stosq
    shrq $12, %r13
    fill_room
    movq %rdi, ENTRY_NEXT(%rdi)
    movq %rdi, ENTRY_PREVIOUS(%rdi)
    movq $1, ENTRY_LENGTH(%rdi)
    orq $LEDGER_WORD_HELD, %rdi
    rules_unlock
    movq %rdi, (%r11)                   /* unlocks */

/* r13: the new handle. */
reply_handle:
    movl $(1 << N_SHIFT), %eax
    jmp deliver_reply

restore_and_slow:
    movq REGISTERS_RAX(%rbx), %rax
    jmp system_call_slow

/* What leaves can not come back, and what was lent has to be what it was. */
reply_words:
    andl $(0xf << MODE_SHIFT | CALL_HALTED | CALL_INTERRUPTED), %ecx
    jz 2f
    cmpl $(MODE_DROP << MODE_SHIFT), %ecx
    jne 1f
    cmpl $1, SERVICE_LEAVING_COUNT(%rbp)
    jne system_call_slow
    movq SERVICE_LEAVING(%rbp), %rcx
    movq $0, ENTRY_NAME(%rcx)           /* place and detail are 0 since it left */
    movq $0, ENTRY_KIND(%rcx)           /* and rights and state */
    jmp 2f
1:  cmpl $(MODE_BORROW << MODE_SHIFT), %ecx
    jne system_call_slow
    cmpq $0, SERVICE_BORROWED_1(%rbp)
    jne system_call_slow
    movq SERVICE_BORROWED(%rbp), %rcx
    movq ENTRY_NAME(%rcx), %r11
    cmpq SERVICE_BORROWED_NAME(%rbp), %r11
    jne system_call_slow
2:  xorl %eax, %eax
    xorl %r13d, %r13d

/* rax: status and n of handles, r13: the first. */
deliver_reply:
    movq $0, SERVICE_PENDING(%rbp)
    end_service
    xorl %edi, %edi
    xorl %r14d, %r14d
    cmpl $0, TASK_FPU(%rbp)
    je 1f
    leaq TASK_FPU_AREA(%rbp), %r11
    cmpq CPU_FPU_OWNER, %r11
    jne load_fpu
    open_fpu
1:  clear_selectors %r14d
    enter_task

/* Another task used the FPU meanwhile. */
load_fpu:
    movq %rbp, %rbx
    save_message
    movq $CPU_STACK_TOP, %rsp
    movq %rbx, CPU_CURRENT
    movq TASK_ROOT(%rbx), %rcx
    movq %rcx, %cr3
    clear_selectors %r14d
    open_fpu
    movq %r11, %rdi
    call fpu_switch
    jmp resume_current

reply_clone:
    cmpl $(ACTION_CLONE << ACTION_SHIFT | MODE_BORROW << MODE_SHIFT), %ecx
    jne system_call_slow
    cmpq $0, SERVICE_BORROWED_1(%rbp)
    jne system_call_slow
    movl SERVICE_BORROWED_NAME(%rbp), %ecx
    movq %rcx, %r11
    shlq $12, %r11
    cmpq %r11, %r13                     /* the frame that was lent */
    jne system_call_slow
    movq %rax, REGISTERS_RAX(%rbx)
    ledger_word %ecx, %r11, %eax, %rax
    movq SERVICE_BORROWED(%rbp), %rcx
    lock btsq $0, (%r11)
    jc restore_and_slow
    rules_lock %r11
    movq ENTRY_NAME(%rcx), %rax
    cmpq SERVICE_BORROWED_NAME(%rbp), %rax
    jne unlock_and_slow
    cmpw $KIND_UNTYPED, ENTRY_KIND(%rcx)
    jne unlock_and_slow
    movzwl ENTRY_RIGHTS(%rcx), %ecx
    testl $RIGHT_CLONE, %ecx
    jz unlock_and_slow
    testq %r14, %r14
    jz unlock_and_slow
    notq %rcx
    testq %rcx, %r14                    /* wider than the lent one's */
    jnz unlock_and_slow
    movl %eax, %r13d
    fill_room
    movq (%r11), %rcx                   /* into the ring, before the anchor */
    andq $LEDGER_ANCHOR, %rcx
    movq ENTRY_PREVIOUS(%rcx), %rax
    movq %rcx, ENTRY_NEXT(%rdi)
    movq %rax, ENTRY_PREVIOUS(%rdi)
    movq %rdi, ENTRY_NEXT(%rax)
    movq %rdi, ENTRY_PREVIOUS(%rcx)
    movq $0, ENTRY_LENGTH(%rdi)
    incq ENTRY_LENGTH(%rcx)
    rules_unlock
    decq (%r11)                         /* unlocks */
    jmp reply_handle

unlock_and_slow:
    rules_unlock
    decq (%r11)
    jmp restore_and_slow

    .section .note.GNU-stack, "", @progbits
