/* Registers, right and nearly right. */
#include "tests/tasks/hostile_child/attacker.h"

#include <quire/client.h>
#include <quire/entries.h>
#include <quire/slot.h>
#include <quire/task.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CANONICAL_END (UINT64_C(1) << 47)
#define SCRATCH_ADDRESS UINT64_C(0x500000) /* behind its image, in the page table of that */
#define SCRATCH_PAGES 64
#define POST_PORT 0x80 /* the one that some attackers may use */

/* Around every limit that the ABI knows. */
static const uint64_t limits[] = {
    0,
    1,
    2,
    MOVE_HANDLES_MAX,
    TRANSFER_FRAMES,
    ENTRIES_MAX,
    UINT16_MAX,
    FRAME_SIZE,
    UINT64_C(1) << 31,
    UINT64_C(1) << 32,
    UINT64_C(1) << 40,
    UINT64_C(1) << 63,
    UINT64_MAX,
    USER_START,
    USER_END,
    CANONICAL_END,
    UINT64_MAX - CANONICAL_END,
    STACK_TOP,
    START_PAGE_ADDRESS,
    WINDOW_ADDRESS,
    PHYSICAL_MAX,
    MAPPING_BASE,
    SCRATCH_ADDRESS,
    KIND_RESERVED,
    KIND_DEVICE,
    RIGHTS_FRAME,
    RIGHTS_ENDPOINT,
    RIGHTS_TASK,
    ALLOC_ALIGN_UNIT *ALLOC_ALIGN_MAX,
    ACCOUNT_UNLIMITED / 2,
};

uint64_t draw_value(void)
{
    struct random *random = &attacker.random;

    switch (random_below(random, 8)) {
    case 0:
        return random_next(random);
    case 1:
        return random_below(random, 16);
    case 2:
        return UINT64_C(1) << random_below(random, 64);
    case 3:
        return draw_handle();
    case 4:
        return random_next(random) % CANONICAL_END & -FRAME_SIZE;
    case 5:
        return attacker.addresses[random_below(random, ADDRESSES_KNOWN)] + random_below(random, 3) * FRAME_SIZE;
    default:
        return limits[random_below(random, COUNT(limits))] + random_below(random, 3) - 1;
    }
}

/* One that it holds: body seldom, since it harms only itself. */
static handle draw_held(enum kind kind)
{
    struct random *random = &attacker.random;
    bool body = random_one_in(random, 200);
    uint32_t end = attacker.limit < ENTRIES_KNOWN ? attacker.limit : ENTRIES_KNOWN;
    uint32_t index = (uint32_t)random_below(random, end);

    if (kind != KIND_NONE && attacker.held[kind] == 0) {
        return 0;
    }
    for (uint32_t k = 0; k < end; k++, index = index + 1 < end ? index + 1 : 0) {
        const struct entry *entry = &attacker.entries[index];
        if (entry->belonging > (body ? NOTHING : BODY) && (kind == KIND_NONE || entry->kind == kind)) {
            return entry->value;
        }
    }
    return 0;
}

handle draw_handle_of(enum kind kind)
{
    handle held = draw_held(kind);

    return held != 0 ? held : draw_held(KIND_NONE);
}

/* A handle, or nearly one, or one of somebody else's. */
handle draw_handle(void)
{
    struct random *random = &attacker.random;
    handle held = draw_held(KIND_NONE);

    switch (random_below(random, 10)) {
    case 0:
        return held + random_below(random, 3) - 1;
    case 1:
        return held + ((random_below(random, 3) - 1) << 32);
    case 2:
        return handle_make((uint32_t)random_below(random, attacker.limit + 2), (uint32_t)random_below(random, 64));
    case 3:
        return random_one_in(random, 2) ? 0 : random_next(random);
    default:
        return held;
    }
}

/* An entry that is free, as far as it knows; or at the ends of the table. */
uint32_t draw_entry(void)
{
    struct random *random = &attacker.random;

    if (random_one_in(random, 16)) {
        const uint32_t odd[] = {0, 1, attacker.limit - 1, attacker.limit, UINT32_MAX};
        return odd[random_below(random, COUNT(odd))];
    }
    uint32_t room = attacker.limit > attacker.first_free ? attacker.limit - attacker.first_free : 1;
    uint32_t index = attacker.first_free + (uint32_t)random_below(random, room);

    for (uint32_t k = 0; k < room && index < ENTRIES_KNOWN && attacker.entries[index].belonging != NOTHING; k++) {
        index = index + 1 < attacker.limit ? index + 1 : attacker.first_free;
    }
    return index;
}

uint32_t draw_count(void)
{
    static const uint16_t counts[] = {0, 2, 3, 4, 8, 31, 32, 33, 63, 64, 65, 511, 512, 513, UINT16_MAX};
    struct random *random = &attacker.random;

    return random_one_in(random, 4) ? counts[random_below(random, COUNT(counts))] : 1;
}

static uint64_t draw_rights(void)
{
    static const uint32_t usual[] = {RIGHT_READ,
                                     RIGHT_READ | RIGHT_WRITE,
                                     RIGHT_READ | RIGHT_EXECUTE,
                                     RIGHTS_FRAME,
                                     RIGHTS_ENDPOINT,
                                     RIGHTS_TASK,
                                     RIGHT_CALL | RIGHT_MOVE | RIGHT_CLONE};
    struct random *random = &attacker.random;

    return random_one_in(random, 4) ? random_below(random, 2048) : usual[random_below(random, COUNT(usual))];
}

static uint64_t draw_address(void)
{
    struct random *random = &attacker.random;

    return random_one_in(random, 4) ? draw_value() : SCRATCH_ADDRESS + random_below(random, SCRATCH_PAGES) * FRAME_SIZE;
}

static uint64_t draw_physical(void)
{
    struct random *random = &attacker.random;

    return random_one_in(random, 4) ? draw_value() : attacker.addresses[random_below(random, ADDRESSES_KNOWN)];
}

/* --- messages to the frame server ------------------------------------------------------------------------------------ */

#define M(name) (1U << MODE_##name)
static const struct {
    uint8_t modes;
    uint8_t want;
} shapes[MESSAGES] = {
#define MESSAGE(number, NAME, name, modes_taken, action, idempotent, in, out, errors, text)                            \
    [number] = {.modes = (modes_taken), .want = ACTION_##action},
#include <quire/messages.def>
#undef MESSAGE
};
#undef M

/* Words as the operation may like them. */
static void draw_words(enum operation operation, struct message *message)
{
    struct random *random = &attacker.random;
    uint64_t *words = message->words;

    switch (operation) {
    case MESSAGE_ALLOC:
        words[0] = random_one_in(random, 4) ? random_below(random, 8) | random_below(random, 4) * ALLOC_ALIGN_UNIT : 0;
        break;
    case MESSAGE_REPURPOSE:
        words[0] = random_below(random, KIND_RECORD + 2);
        break;
    case MESSAGE_LOOKUP:
    case MESSAGE_INFO:
    case MESSAGE_CLAIM:
        words[0] = draw_physical();
        words[1] = draw_rights();
        break;
    case MESSAGE_CLONE:
        words[0] = draw_rights();
        break;
    case MESSAGE_LIST_PUSH:
    case MESSAGE_LIST_TAKE:
    case MESSAGE_LIST_LOOK:
        words[0] = random_below(random, LIST_BEFORE + 2);
        words[1] = random_one_in(random, 4) ? LIST_GHOST : draw_physical();
        break;
    case MESSAGE_LIST_WRITE:
    case MESSAGE_WHOHAS:
        words[random_below(random, 2)] = draw_physical();
        break;
    case MESSAGE_ACCOUNT_OPEN:
        words[0] = random_below(random, 64);
        words[1] = random_below(random, 3);
        break;
    case MESSAGE_ACCOUNT_LIMIT:
    case MESSAGE_ACCOUNT_CLOSE:
        words[0] = start_page()->account + random_below(random, 16);
        words[1] = random_below(random, 64);
        words[2] = random_below(random, 3);
        break;
    case MESSAGE_SET_METADATA:
        words[random_below(random, MESSAGE_WORDS)] = draw_value();
        break;
    default:
        words[0] = random_below(random, 4);
        break;
    }
}

static enum kind kind_for(enum operation operation)
{
    switch (operation) {
    case MESSAGE_LIST_TAKE:
    case MESSAGE_LIST_LOOK:
    case MESSAGE_LIST_WRITE:
    case MESSAGE_LIST_CLEAR:
        return KIND_LIST;
    default:
        return KIND_NONE;
    }
}

void draw_request(struct message *message)
{
    struct random *random = &attacker.random;
    enum operation operation = (enum operation)random_below(random, MESSAGES);

    if (random_one_in(random, 3)) { /* so that there is something to work with */
        static const enum operation usual[] = {MESSAGE_ALLOC,  MESSAGE_ALLOC, MESSAGE_REPURPOSE,
                                               MESSAGE_UNIQUE, MESSAGE_CLONE, MESSAGE_DROP};
        operation = usual[random_below(random, COUNT(usual))];
    }
    uint32_t mode = (uint32_t)random_below(random, MODE_ATTACH + 1);
    while ((shapes[operation].modes >> mode & 1) == 0) {
        mode = (mode + 1) % (MODE_ATTACH + 1);
    }
    message->rax = rax_make(SYSTEM_CALL_CALL, shapes[operation].want, mode, draw_count(), draw_entry());
    message->rdi = attacker.server;
    message->rsi = operation;
    draw_words(operation, message);
    if (mode != MODE_NONE) {
        message->r13 = draw_handle_of(kind_for(operation));
    }
    if (mode == MODE_ATTACH) {
        message->r13 = draw_handle_of(KIND_UNTYPED);
        message->r14 = draw_handle_of(KIND_LIST);
    }
}

/* --- other system calls ---------------------------------------------------------------------------------------------- */

/* An endpoint, often the one where attackers meet. */
static handle draw_endpoint(void)
{
    return random_one_in(&attacker.random, 2) ? start_handle(GIFT_ARENA) : draw_handle_of(KIND_ENDPOINT);
}

void draw_message_to_task(struct message *message)
{
    struct random *random = &attacker.random;
    uint32_t mode = random_one_in(random, 3) ? MODE_MOVE : MODE_NONE;

    message->rax = rax_make(SYSTEM_CALL_CALL, random_one_in(random, 2) ? ACTION_MOVE : ACTION_NONE, mode,
                            (uint32_t)random_below(random, 4), draw_entry());
    message->rdi = draw_endpoint();
    message->rsi = random_one_in(random, 2) ? SERVICE_ECHO + random_below(random, 3) : draw_value();
    message->words[random_below(random, MESSAGE_WORDS)] = draw_value();
    if (mode == MODE_MOVE) {
        message->r13 = draw_handle();
    }
}

void draw_receive(struct message *message)
{
    struct random *random = &attacker.random;
    uint32_t action = random_one_in(random, 8)                         ? (uint32_t)random_below(random, 16)
                      : random_one_in(random, attacker.serves ? 2 : 8) ? ACTION_MOVE
                                                                       : ACTION_NONE;

    message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, MODE_NONE, draw_count(), draw_entry());
    message->rdi = draw_endpoint();
    message->rsi = draw_value();
    if (rax_action(message->rax) == ACTION_MOVE) {
        message->r13 = draw_handle();
        message->r14 = random_below(random, 4);
    }
}

static void draw_create(struct message *message)
{
    struct random *random = &attacker.random;

    message->rdi = draw_handle_of(KIND_TASK);
    message->rsi = draw_handle_of(KIND_PAGE_TABLE);
    message->words[0] = draw_handle_of(KIND_HANDLE_TABLE);
    message->words[1] = create_make((uint32_t)random_below(random, 32), random_one_in(random, 2),
                                    random_one_in(random, 8) ? (uint32_t)random_below(random, 32) : 0,
                                    (uint32_t)random_below(random, start_page()->cpu_count + 1));
    message->words[2] = random_next(random);
    message->r13 = random_one_in(random, 2) ? 0 : draw_handle_of(KIND_ENDPOINT);
    message->r14 = random_one_in(random, 8) ? draw_value() : 0;
}

/* By the number; what is not told here is drawn from everything. */
static void draw_registers(uint32_t number, struct message *message)
{
    struct random *random = &attacker.random;

    switch (number) {
    case SYSTEM_CALL_MAP:
    case SYSTEM_CALL_UNMAP:
    case SYSTEM_CALL_INSPECT:
    case SYSTEM_CALL_UNINSTALL:
        message->rdi = draw_handle_of(random_one_in(random, 2) ? KIND_UNTYPED : KIND_NONE);
        message->rsi = draw_address();
        message->words[0] = draw_rights();
        message->words[1] = random_one_in(random, 8) ? draw_handle_of(KIND_TASK) : 0;
        break;
    case SYSTEM_CALL_INSTALL:
        message->words[0] = random_below(random, 4);
        message->rdi = draw_handle_of(message->words[0] == 0 ? KIND_HANDLE_TABLE : KIND_PAGE_TABLE);
        message->rsi = message->words[0] == 0 ? random_below(random, 12) : draw_address();
        message->words[1] = random_one_in(random, 8) ? draw_handle_of(KIND_TASK) : 0;
        break;
    case SYSTEM_CALL_NARROW:
        message->rdi = draw_handle();
        message->rsi = draw_rights();
        break;
    case SYSTEM_CALL_BADGE:
    case SYSTEM_CALL_NOTIFY:
        message->rdi = draw_handle_of(KIND_ENDPOINT);
        message->rsi = draw_value();
        break;
    case SYSTEM_CALL_CREATE:
        draw_create(message);
        break;
    case SYSTEM_CALL_GIVE:
    case SYSTEM_CALL_TAKE:
        message->rdi = draw_handle_of(KIND_TASK);
        message->rsi = number == SYSTEM_CALL_GIVE
                           ? draw_handle()
                           : handle_make((uint32_t)random_below(random, 16), (uint32_t)random_below(random, 16));
        message->words[0] = draw_count();
        message->words[1] = number == SYSTEM_CALL_GIVE ? random_below(random, 64) : draw_entry();
        break;
    case SYSTEM_CALL_START:
        message->rdi = draw_handle_of(KIND_TASK);
        message->rsi = random_one_in(random, 2) ? 0 : draw_value();
        message->words[0] = random_one_in(random, 2) ? 0 : draw_value();
        break;
    case SYSTEM_CALL_STOP:
    case SYSTEM_CALL_KILL:
    case SYSTEM_CALL_LOOK:
        message->rdi = draw_handle_of(KIND_TASK);
        break;
    case SYSTEM_CALL_PORT_READ:
    case SYSTEM_CALL_PORT_WRITE:
        message->rdi = random_one_in(random, 4) ? draw_value() : POST_PORT;
        break;
    case SYSTEM_CALL_INTERRUPT:
        message->rdi = random_one_in(random, 3) ? 0 : draw_handle_of(KIND_ENDPOINT);
        message->rsi = random_below(random, 17);
        break;
    case SYSTEM_CALL_ACKNOWLEDGE:
        message->rsi = random_below(random, 17);
        break;
    default:
        message->rdi = draw_value();
        message->rsi = draw_value();
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            message->words[k] = draw_value();
        }
        message->r13 = draw_value();
        message->r14 = draw_value();
        break;
    }
}

void draw_call(struct message *message)
{
    struct random *random = &attacker.random;
    uint32_t number = (uint32_t)random_below(random, random_one_in(random, 8) ? 256 : SYSTEM_CALLS + 1);

    if (number == SYSTEM_CALL_CALL) {
        draw_message_to_task(message);
    } else if (number == SYSTEM_CALL_REPLY_RECEIVE) {
        draw_receive(message);
    } else {
        draw_registers(number, message);
        message->rax = rax_make(number, (uint32_t)random_below(random, 16), (uint32_t)random_below(random, 16),
                                draw_count(), draw_entry());
    }
}

/* Makes something else of one register, or of some. */
void spoil(struct message *message)
{
    struct random *random = &attacker.random;
    uint64_t *registers[] = {&message->rdi,      &message->rsi,      &message->words[0],
                             &message->words[1], &message->words[2], &message->words[3],
                             &message->words[4], &message->r13,      &message->r14};
    const uint8_t shifts[] = {8, 12, 16, 32}; /* the fields of rax: want, mode, n, dst */

    do {
        uint64_t which = random_below(random, COUNT(registers) + COUNT(shifts));

        if (which < COUNT(registers)) {
            *registers[which] = draw_value();
        } else {
            uint64_t field = shifts[which - COUNT(registers)];
            uint64_t mask = field < 16 ? 0xf : field == 16 ? UINT16_MAX : UINT32_MAX;
            message->rax = (message->rax & ~(mask << field)) | (draw_value() & mask) << field;
        }
    } while (random_one_in(random, 3));
}
