/* Numbers as people read them. */
#ifndef SERVERS_FRAMEMAP_PICTURE_TEXT_H
#define SERVERS_FRAMEMAP_PICTURE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT 16
#define NUMBER_TEXT 28

/* 1234567 as 1,234,567. */
void number_text(char text[NUMBER_TEXT], uint64_t number);

/* Frames as "64 KiB", "501.3 MiB" or "2.0 GiB". */
void size_text(char text[SIZE_TEXT], uint64_t frames);

/* An address as short as can be, rounded down: "0", "640K", "12M", "3.9G". */
void address_text(char text[SIZE_TEXT], uint64_t frame);

#endif
