/* The smallest client: a frame, a page, a line. */
#include <quire/client.h>
#include <quire/print.h>
#include <string.h>

int main(void)
{
    handle frame;
    void *page;

    if (frame_allocate(&frame) != ERROR_NONE ||
        frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &page) != ERROR_NONE) {
        return 1;
    }
    strcpy(page, "hello");
    print("%s from a frame of my own, mapped at %p\n", (char *)page, page);
    return frame_drop(frame) != ERROR_NONE;
}
