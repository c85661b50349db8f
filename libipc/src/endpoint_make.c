/* Endpoints and handles to them. */
#include <quire/endpoint.h>

#include "libipc/src/frame_kind.h"
#include <quire/client.h>
#include <quire/system_call.h>

must_use enum error endpoint_make(handle *endpoint)
{
    return frame_allocate_kind(KIND_ENDPOINT, endpoint);
}

must_use enum error endpoint_clone(handle endpoint, uint32_t rights, uint64_t badge, handle *copy)
{
    handle made;
    enum error error = frame_clone(endpoint, rights | RIGHT_OWNER, &made); /* the badge needs it */

    if (error != ERROR_NONE) {
        return error;
    }
    error = system_call_badge(made, badge);
    if (error == ERROR_NONE && (rights & RIGHT_OWNER) == 0) {
        error = system_call_narrow(made, rights);
    }
    if (error != ERROR_NONE) {
        frame_drop_quietly(made);
        return error;
    }
    *copy = made;
    return ERROR_NONE;
}
