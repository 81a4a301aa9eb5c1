// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfictl history: what sfid has written down.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "sfid.h"

static void print_record(const struct record *r)
{
	printf("%s %-16s %-8s", r->time, r->domain, r->state);
	if (!strcmp(r->state, "live") && !r->recovery_us)
		printf("loaded anew");
	else if (!strcmp(r->state, "live"))
		printf("recovered in %lld us", r->recovery_us);
	else if (r->decision == DECIDE_RESTART || r->decision == DECIDE_RELOAD)
		printf("%s in %lld.%03lld s", decision_name(r->decision), r->delay_ms / 1000,
		       r->delay_ms % 1000);
	else
		printf("%s", decision_name(r->decision));
	if (*r->why)
		printf(" (%s)", r->why);
	putchar('\n');
	/* A report belongs to the failure. */
	if (!strcmp(r->state, "failed") && *r->report)
		printf("    %.*s\n", (int)strcspn(r->report, "\n"), r->report);
}

enum agent_status show_history(const char *path, const char *name, bool json)
{
	struct json_object *array = json_object_new_array();
	struct history h;
	enum agent_status status = history_read(&h, path);
	size_t i, shown = 0;

	for (i = 0; !status && i < h.count; i++) {
		if (name && strcmp(name, h.list[i].domain))
			continue;
		shown++;
		if (json)
			json_object_array_add(array, record_json(&h.list[i]));
		else
			print_record(&h.list[i]);
	}
	if (!status && json)
		puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY |
								   JSON_C_TO_STRING_NOSLASHESCAPE));
	else if (!status && !shown)
		puts("nothing is on record");
	json_object_put(array);
	history_close(&h);
	return status;
}
