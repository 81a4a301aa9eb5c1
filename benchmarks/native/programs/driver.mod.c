// SPDX-License-Identifier: GPL-2.0-only
/* What Kbuild makes for a module as a whole, as far as the pass looks at it. */
struct module {
	char name[56];
};

struct module __this_module = { "bench" };
