// SPDX-License-Identifier: GPL-2.0-only
/* What is to be known of the contexts of drivers/sfi_misbehave. */
#include <string.h>

#include "matrix.h"

#define ANY "*"

const struct context contexts[] = {
	{ "syscall", true, "file_operations__write", "task" },
	{ "ioctl", true, "file_operations__*_ioctl", "task" },
	{ "compat", true, "file_operations__*_ioctl", "task" },
	{ "signal", true, "file_operations__*_ioctl", "task" },
	{ "work", true, "work_struct__func", "task" },
	{ "kthread", true, "sfi_threadfn_t", "task" },
	{ "irqthread", true, "irq_handler_t", "task" },
	{ "notifier", true, "notifier_block__notifier_call", "task", .forgiving = true },
	{ "nested", true, "cmp_func_t", "task" },
	{ "init", true, "module_init", "task" },
	{ "exit", true, "module_exit", "task" },
	{ "timer", false, "timer_list__function", "softirq" },
	{ "napi", false, "napi_struct__poll", "softirq" },
	/* Softirqs, or the kernel's thread for callbacks. */
	{ "rcu", false, "rcu_callback_t", ANY },
	{ "nestedtimer", false, "cmp_func_t", "softirq" },
	{ "hrtimer", false, "hrtimer__function", "hardirq" },
	{ "nestedhrtimer", false, "cmp_func_t", "hardirq" },
	{ "irq", false, "irq_handler_t", "hardirq" },
	/* As a timer, but for the kernel's loop. */
	{ "softhrtimer", false, "hrtimer__function", "softirq", .rare = true },
	{ NULL },
};

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word)) != NULL) {
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
		p += n;
	}
	return false;
}

const struct context *next_context(const char *list, size_t *i)
{
	const struct context *c;

	while ((c = &contexts[(*i)++])->name) {
		if ((has_word(list, "all") && !c->rare) || (has_word(list, "task") && c->sleeps) ||
		    has_word(list, c->name))
			return c;
	}
	return NULL;
}

bool known_contexts(const char *list)
{
	const struct context *c;
	char word[32];
	size_t n;

	for (; *(list += strspn(list, " ")); list += n) {
		n = strcspn(list, " ");
		if (n >= sizeof(word))
			return false;
		memcpy(word, list, n);
		word[n] = '\0';
		for (c = contexts; c->name && strcmp(c->name, word); c++)
			;
		if (!c->name && strcmp(word, "all") && strcmp(word, "task"))
			return false;
	}
	return true;
}
