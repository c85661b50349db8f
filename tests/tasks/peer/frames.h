/* Requests about what frames are, and about lists. */
#ifndef TESTS_TASKS_PEER_FRAMES_H
#define TESTS_TASKS_PEER_FRAMES_H

#include <quire/endpoint.h>

/* Serves one of them; BadOperation: it is none. */
enum error serve_frames(struct endpoint_message *message);

#endif
