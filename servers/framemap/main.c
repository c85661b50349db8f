/* Draws physical memory, live, on a band of the screen: argument screen=FIRST-LAST, in percent of its rows. It asks the frame server what memory
 * holds, a bounded number of requests at each tick of its clock, so nobody waits for it. With tell=N it says once that a picture is
 * complete that shows N percent of usable memory in use; with walks=N it ends after so many pictures. */
#include "servers/framemap/cells.h"
#include "servers/framemap/clients.h"
#include "servers/framemap/clock.h"
#include "servers/framemap/layout.h"
#include "servers/framemap/picture.h"

#include <quire/account.h>
#include <quire/print.h>
#include <quire/screen.h>
#include <quire/task.h>
#include <string.h>

#define PICTURES_A_SECOND 20
#define REQUESTS_A_TICK 512
#define RENAME_WALKS                                                                                                   \
    16 /* after so many walks a client's name is asked for again: accounts and what they pay for change hands */

static struct layout layout;
static struct cells cells;
static struct clients clients;
static struct picture picture;
static struct machine_statistics counts;
static uint64_t walks;

static int complain(const char *what, enum error error)
{
    print("# %s: %s: %s: %s\n", start_page()->name, what, error_name(error), error_sentence(error));
    return (int)error;
}

/* Which memory there is. */
static enum error survey_layout(void)
{
    struct frame_run run = {0};
    enum error error;

    while ((error = frame_survey(run.end, &run)) == ERROR_NONE) {
        layout_add(&layout, &run);
    }
    return error == ERROR_OUT_OF_BOUND && layout.piece_count > 0 ? ERROR_NONE : error;
}

/* A frame that was charged to the client a moment ago names a task; what changed meanwhile is asked for the next time. */
static void name_clients(void)
{
    for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
        struct client *client = &clients.clients[k];
        struct account_holder holder;
        uint64_t address = client->witness;

        if (client->account == 0 || (client->named && (walks + k) % RENAME_WALKS != 0)) {
            continue;
        }
        enum error error = account_next_holder(client->account, &address, &holder);

        if (error == ERROR_NO_ACCOUNT && !client->named) { /* what boot made is charged to none that can be asked for */
            memcpy(client->name, "boot", sizeof("boot"));
            client->named = true;
        } else if (error == ERROR_NONE && holder.name[0] != 0) {
            memcpy(client->name, holder.name, sizeof(client->name));
            client->named = true;
        }
    }
}

static enum error finish_walk(void)
{
    enum error error = machine_statistics(&counts);

    cells_settle(&cells);
    clients_settle(&clients);
    name_clients();
    picture_draw_cells(&picture, &cells);
    picture_draw_panel(&picture, &counts, &clients);
    walks++;
    return error;
}

/* Goes on with the walk through memory. Returns where it is: 0 when a walk is over. */
static enum error walk(uint64_t *address)
{
    for (uint32_t k = 0; k < REQUESTS_A_TICK; k++) {
        struct frame_run run;
        enum error error = frame_survey(*address, &run);

        if (error == ERROR_OUT_OF_BOUND) {
            *address = 0;
            return finish_walk();
        }
        if (error != ERROR_NONE) {
            return error;
        }
        bool charged = sort_of_run(&run, 0) >= SORT_CLIENT;
        uint32_t place = charged ? clients_count(&clients, &run) : 0;
        cells_add(&cells, &layout, &run, sort_of_run(&run, place));
        *address = run.end;
    }
    picture_draw_cells(&picture, &cells);
    return ERROR_NONE;
}

/* Says so once when as much is in use as the argument tell=N wants. */
static void tell(void)
{
    static bool told;
    uint64_t wanted = start_option_number(start_page()->arguments, "tell", UINT64_MAX);

    if (!told && wanted <= 100 && counts.in_use * 100 >= counts.usable * wanted) {
        told = true;
        print("# %s: the picture shows %lu of %lu frames in use\n", start_page()->name, counts.in_use, counts.usable);
    }
}

int main(void)
{
    struct canvas canvas;
    uint64_t address = 0;
    enum error error = screen_open_argument(&canvas);

    if (error == ERROR_UNUSED) {
        print("# %s: there is no screen to draw on\n", start_page()->name);
        return 0;
    }
    if (error != ERROR_NONE) {
        return complain("screen", error);
    }
    error = survey_layout();
    if (error != ERROR_NONE) {
        return complain("memory", error);
    }
    if (!picture_start(&picture, &canvas, &layout)) {
        print("# %s: the screen is too small to draw on\n", start_page()->name);
        return 0;
    }
    error = clock_start(PICTURES_A_SECOND);
    if (error != ERROR_NONE) {
        (void)complain("no clock", error);
    }
    uint64_t walks_wanted = start_option_number(start_page()->arguments, "walks", UINT64_MAX);

    do {
        clock_wait();
        error = walk(&address);
        if (address == 0) {
            tell();
        }
    } while (error == ERROR_NONE && walks < walks_wanted);
    if (error != ERROR_NONE) {
        return complain("memory", error);
    }
    print("# %s: %lu pictures\n", start_page()->name, walks);
    return 0;
}
