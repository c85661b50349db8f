/* The directory (quire/directory.h): tells about tasks, and hands out files. */
#ifndef SERVERS_INIT_DIRECTORY_H
#define SERVERS_INIT_DIRECTORY_H

#include "servers/init/starter.h"
#include <quire/endpoint.h>

/* Sets of which tasks it tells: *count of them, from tasks on. */
void directory_initialise(const struct started *tasks, const uint32_t *count);

/* Adds a file, whose memory has to stay. */
void directory_add(const struct boot_module_page *module, const struct module_options *options);

/* Copies of this handle to the console, with the owner right, go to those who ask. */
void directory_use_console(handle console);

/* Whether a module's memory has to stay. */
bool directory_has(const struct boot_module_page *module);

/* Answers a call: the reply takes its place. Handles in it are this task's until the reply has happened. */
void directory_serve(struct endpoint_message *message);

#endif
