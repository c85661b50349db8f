#include "servers/init/endpoints.h"

#include "servers/init/say.h"
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/start.h>
#include <string.h>

#define ENDPOINTS_MAX 128

struct named_endpoint {
    char name[START_NAME];
    handle endpoint;
};

static struct named_endpoint endpoints[ENDPOINTS_MAX];
static uint32_t count;

handle endpoint_find(const char *name)
{
    for (uint32_t k = 0; k < count; k++) {
        if (strcmp(endpoints[k].name, name) == 0) {
            return endpoints[k].endpoint;
        }
    }
    return 0;
}

must_use enum error endpoint_named(const char *name, handle *endpoint)
{
    handle found = endpoint_find(name);

    if (found == 0) {
        if (count == ENDPOINTS_MAX) {
            return ERROR_NO_ROOM;
        }
        enum error error = endpoint_make(&found);
        if (error != ERROR_NONE) {
            return error;
        }
        format_line(endpoints[count].name, sizeof(endpoints[count].name), "%s", name);
        endpoints[count++].endpoint = found;
    }
    *endpoint = found;
    return ERROR_NONE;
}

uint32_t endpoints_count(void)
{
    return count;
}

void endpoints_shorten(uint32_t kept)
{
    while (count > kept) {
        give_back(&endpoints[--count].endpoint);
    }
}
