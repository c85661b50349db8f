/* Runs a fuzz program on the files of a folder, in TAP: tests/fuzz/corpus/NAME for fuzz_NAME, or the first argument. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>

#define INPUT_MAX 65536

static int replay(const char *folder, const char *name)
{
    static uint8_t data[INPUT_MAX];
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 1;
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    fprintf(stderr, "# %s\n", path); /* the last one, when it ends here */
    LLVMFuzzerTestOneInput(data, size);
    return 0;
}

int main(int count, char **arguments)
{
    const char *name = strstr(arguments[0], "fuzz_");
    char folder[256];
    struct dirent **files;

    snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", name != NULL ? name + strlen("fuzz_") : "");
    if (count > 1)
        snprintf(folder, sizeof(folder), "%s", arguments[1]);
    int found = scandir(folder, &files, NULL, alphasort);
    for (int k = 0; k < found; k++) {
        if (files[k]->d_name[0] != '.')
            printf("%s %s\n", replay(folder, files[k]->d_name) == 0 ? "ok" : "not ok", files[k]->d_name);
        free(files[k]);
    }
    if (found >= 0)
        free(files);
    return found < 0;
}
