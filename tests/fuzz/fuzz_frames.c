/* Arbitrary calls to the frame server, one after the other: decoding, handlers, refusals by the kernel, kills before the
 * reply. After each, all of the server's memory has to fit together and agree with the handles that exist. */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/clients.h"
#include "tests/host/frames_world.h"

#define MESSAGES_MAX 48 /* of one input */

/* Bits of the byte that says how a call ends. */
#define KERNEL_REFUSES 0x01
#define SERVER_IS_KILLED 0x02
#define FLAGS_IN_LABEL 0x04
#define OTHER_WANT 0x08
#define NO_RIGHTS 0x10
#define OTHER_MODE 0x20

/* One of the modes that the operation takes. */
static uint32_t mode_of(uint32_t operation, uint32_t choice)
{
#define M(name) (1 << MODE_##name)
    static const uint8_t modes[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) modes,
#include <quire/messages.def>
#undef MESSAGE
    };
#undef M
    uint32_t mode = choice % 8;

    while (operation < MESSAGES && !(modes[operation] >> mode & 1))
        mode = (mode + 1) % 8;
    return mode;
}

static uint32_t wanted(uint32_t operation)
{
    static const uint8_t wants[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) ACTION_##want,
#include <quire/messages.def>
#undef MESSAGE
    };

    return operation < MESSAGES ? wants[operation] : ACTION_NONE;
}

/* Words that mean something somewhere: small numbers, flags, addresses, the ends of ranges. */
static uint64_t word(struct input *input, const struct clients *clients)
{
    uint8_t how = input_byte(input);
    uint64_t value = input_byte(input);

    if (how >= 0x80)
        return 0;
    switch (how % 8) {
    case 0:
        return value;
    case 1:
        return value * FRAME_SIZE;
    case 2:
        return clients->entries[value % CLIENT_ENTRIES].frame * FRAME_SIZE;
    case 3:
        return UINT64_MAX - value;
    case 4:
        return value << 8 | how / 8;
    case 5:
        return clients_listed(clients, (uint32_t)value) * FRAME_SIZE;
    case 6:
        return input_number(input, 8);
    default:
        return value % 4;
    }
}

static void one_call(struct clients *clients, struct input *input)
{
    struct client_call call = {0};
    uint8_t end = input_byte(input);
    uint32_t operation = input_byte(input) % (MESSAGES + 1);
    uint8_t choice = input_byte(input);
    uint8_t count = input_byte(input);

    call.mode = end & OTHER_MODE ? choice % 8 : mode_of(operation, choice);
    call.entry = input_byte(input);
    call.other_entry = input_byte(input);
    call.account = choice >= 0xe0   ? clients->accounts[call.other_entry % clients->account_count]
                   : choice >= 0xc0 ? 2
                                    : 1;
    call.count = count < 0xa0 ? 1 : count % 24;
    call.want = end & OTHER_WANT ? input_byte(input) % 16 : wanted(operation);
    call.label = label_make(operation, end & FLAGS_IN_LABEL ? input_byte(input) : 0);
    call.services = end & NO_RIGHTS ? 0 : SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP | SERVICE_RIGHT_DEVICE;
    call.kernel_refuses = end & KERNEL_REFUSES;
    call.server_is_killed = end & SERVER_IS_KILLED;
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++)
        call.words[k] = word(input, clients);
    clients_call(clients, &call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 70}, {REGION_RESERVED, 2}, {REGION_UNKNOWN, 62}, {REGION_FRAMEBUFFER, 8}, {REGION_KERNEL, 6},
        {REGION_USABLE, 60}, {REGION_MODULE, 2},   {REGION_METADATA, 4}, {REGION_USABLE, 40},     {REGION_UNKNOWN, 0}};
    struct input input = {data, size};
    struct clients clients;

    clients_start(&clients, world_create(regions));
    for (uint32_t k = 0; k < MESSAGES_MAX && input.left > 0; k++)
        one_call(&clients, &input);
    clients_end(&clients);
    audit_world_end();
    world_destroy(clients.world);
    return 0;
}
