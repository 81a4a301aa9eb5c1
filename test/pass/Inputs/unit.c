// SPDX-License-Identifier: GPL-2.0-only
// A small unit with an import, for tests of how the plugins are invoked.
#include <linux/things.h>

void release(struct thing *t) { thing_free(t); }
int answer(void) { return 42; }
