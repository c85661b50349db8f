/* Whether all that kernel and frame server know fits together. */
#include "servers/shell/commands.h"

#include <quire/audit.h>
#include <quire/print.h>
#include <string.h>

static void tell(const struct audit_finding *finding)
{
    char text[AUDIT_TEXT];

    audit_text(finding, text, sizeof(text));
    print("%s\n", text);
}

must_use outcome command_audit(const struct words *words)
{
    struct audit_result result;
    bool quick = words->count > 0;

    if (quick && strcmp(words->word[0], "quick") != 0) {
        return SHELL_ERROR_BAD_WORD;
    }
    enum error error = audit(quick ? 0 : AUDIT_THOROUGH, tell, &result);
    if (error != ERROR_NONE) {
        return error;
    }
    if (result.faults > 0) {
        print("%lu disagreements\n", result.faults);
        return SHELL_ERROR_DISAGREE;
    }
    print("everything agrees: %lu frames in use, %lu handles to them, %lu frames free\n", result.frames, result.handles,
          result.free);
    if (!result.judged) {
        print("sums could not be compared: others change memory all the while\n");
    }
    return ERROR_NONE;
}
