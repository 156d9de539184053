#include "CPlatform.h"

#include <string.h>

static int argument_count;
static char **arguments;

// glibc hands these to constructors, in static executables, too. Nothing is changed here: this may be linked into any program.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
    argument_count = count;
    arguments = values;
}

int platform_argument_count(void) { return argument_count; }

const char *platform_argument(int index) {
    return index >= 0 && index < argument_count ? arguments[index] : NULL;
}

void platform_overwrite_argument(int index, unsigned long from) {
    if (index < 0 || index >= argument_count || arguments[index] == NULL) return;
    // Volatile, so that no compiler leaves it out.
    volatile char *byte = arguments[index];
    unsigned long length = strlen(arguments[index]);
    for (unsigned long offset = from; offset < length; offset++) byte[offset] = '*';
}
