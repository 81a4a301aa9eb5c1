// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

char said[8192];

static void say(const char *format, va_list arguments)
{
	size_t length = strlen(said);

	vsnprintf(said + length, sizeof(said) - length - 1, format, arguments);
	strcat(said, "\n");
}

void said_clear(void)
{
	said[0] = 0;
}

void agent_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

enum agent_status agent_fail(enum agent_status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	return status;
}

enum agent_status agent_detach(void)
{
	return AGENT_OK;
}

struct record record_of(const char *state, long long seconds)
{
	return (struct record){
		.time = strdup("2026-01-01T00:00:00.000Z"), .boot = strdup("b"),
		.uptime_ms = seconds * 1000, .domain = strdup("e1000"), .state = strdup(state),
		.why = strdup(""), .report = strdup(""),
	};
}

static const char *folder(void)
{
	static char name[] = "/tmp/sfid-test.XXXXXX";
	static bool made;

	if (!made)
		assert_non_null(mkdtemp(name));
	made = true;
	return name;
}

static void remove_folder(void) __attribute__((destructor));
static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder());
	if (system(command))
		perror(command);
}

const char *test_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder(), name);
	return path;
}

void test_write(const char *name, const char *text)
{
	FILE *file = fopen(test_path(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

char *test_read(const char *name)
{
	char *text = calloc(1, 1 << 20);
	FILE *file = fopen(test_path(name), "r");

	assert_non_null(text);
	assert_non_null(file);
	fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}
