// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration: sfid.conf, the policy for all drivers, and drivers.d/NAME.conf
 * beside it, which differs from that for one driver. Both are flat lists of
 * settings in the format of libconfig. Everything that is wrong is said, with
 * file and line; then nothing of it is used.
 */
#include <dirent.h>
#include <errno.h>
#include <libconfig.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sfid.h"

enum kind {
	NUMBER,
	FILE_NAME, /* absolute */
	READABLE,  /* besides, it must be there; "" is none */
	PROGRAM,   /* besides, it must be executable; "" is none */
};

/* Where a setting may stand. */
enum scope {
	ANYWHERE,    /* struct policy */
	DRIVER_ONLY, /* struct policy */
	COMMON_ONLY, /* struct config */
};

/* One setting, and where its value goes. */
static const struct setting {
	const char *name;
	enum scope scope;
	size_t offset;
	enum kind kind;
	int min, max; /* of a number */
} settings[] = {
	{ "restarts", ANYWHERE, offsetof(struct policy, restarts), NUMBER, 0, 1000 },
	{ "reloads", ANYWHERE, offsetof(struct policy, reloads), NUMBER, 0, 1000 },
	{ "delay_s", ANYWHERE, offsetof(struct policy, delay_s), NUMBER, 0, 86400 },
	{ "delay_max_s", ANYWHERE, offsetof(struct policy, delay_max_s), NUMBER, 0, 86400 },
	{ "calm_s", ANYWHERE, offsetof(struct policy, calm_s), NUMBER, 1, 604800 },
	{ "module", DRIVER_ONLY, offsetof(struct policy, module), READABLE, 0, 0 },
	{ "hook", ANYWHERE, offsetof(struct policy, hook), PROGRAM, 0, 0 },
	{ "hook_timeout_s", ANYWHERE, offsetof(struct policy, hook_timeout_s), NUMBER, 1, 3600 },
	{ "history_file", COMMON_ONLY, offsetof(struct config, history_file), FILE_NAME, 0, 0 },
	{ "history_records", COMMON_ONLY, offsetof(struct config, history_records), NUMBER, 10,
	  100000 },
};
#define NR_SETTINGS (sizeof(settings) / sizeof(*settings))

static char *copy(const char *text)
{
	char *c = strdup(text);

	if (!c)
		abort();
	return c;
}

static void replace(char **string, const char *text)
{
	free(*string);
	*string = copy(text);
}

/*
 * Settings
 * --------
 */

/* Says what is wrong with VALUE. Always false. */
static bool complain(const char *path, const config_setting_t *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool complain(const char *path, const config_setting_t *value, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	agent_fail(AGENT_FAILED, "%s:%d: %s", path, config_setting_source_line(value), text);
	return false;
}

static bool set_number(const char *path, const struct setting *s, const config_setting_t *value,
		       int *to)
{
	if (config_setting_type(value) != CONFIG_TYPE_INT ||
	    config_setting_get_int(value) < s->min || config_setting_get_int(value) > s->max)
		return complain(path, value, "%s is a whole number from %d to %d", s->name, s->min,
				s->max);
	*to = config_setting_get_int(value);
	return true;
}

static bool set_file(const char *path, const struct setting *s, const config_setting_t *value,
		     char **to)
{
	const char *text = config_setting_get_string(value);
	int mode = s->kind == PROGRAM ? X_OK : R_OK;

	if (!text || (text[0] != '/' && (text[0] || s->kind == FILE_NAME)))
		return complain(path, value, "%s is the absolute name of a file, in quotes", s->name);
	if (text[0] && s->kind != FILE_NAME && access(text, mode))
		return complain(path, value, "%s: %s: %s", s->name, text, strerror(errno));
	replace(to, text);
	return true;
}

static const struct setting *find(const char *name)
{
	size_t i;

	for (i = 0; i < NR_SETTINGS; i++)
		if (!strcmp(settings[i].name, name))
			return &settings[i];
	return NULL;
}

/* COMMON: NULL in a driver's file. */
static bool set(const char *path, const config_setting_t *value, struct config *common,
		struct policy *policy)
{
	const char *name = config_setting_name(value);
	const struct setting *s = find(name);
	char *to = (char *)policy;

	if (!s)
		return complain(path, value, "there is no setting '%s'", name);
	if (s->scope == DRIVER_ONLY && common)
		return complain(path, value, "%s belongs in a driver's file, drivers.d/NAME.conf", name);
	if (s->scope == COMMON_ONLY && !common)
		return complain(path, value, "%s belongs in sfid.conf", name);
	if (s->scope == COMMON_ONLY)
		to = (char *)common;
	if (s->kind == NUMBER)
		return set_number(path, s, value, (int *)(to + s->offset));
	return set_file(path, s, value, (char **)(to + s->offset));
}

/* Reads one file. */
static bool read_file(const char *path, struct config *common, struct policy *policy)
{
	config_t file;
	bool ok;
	int i;

	config_init(&file);
	ok = config_read_file(&file, path);
	if (!ok) {
		if (config_error_type(&file) == CONFIG_ERR_PARSE)
			agent_fail(AGENT_FAILED, "%s:%d: %s", path, config_error_line(&file),
				   config_error_text(&file));
		else
			agent_fail(AGENT_FAILED, "%s: cannot be read", path);
		config_destroy(&file);
		return false;
	}
	for (i = 0; i < config_setting_length(config_root_setting(&file)); i++)
		if (!set(path, config_setting_get_elem(config_root_setting(&file), i), common, policy))
			ok = false;
	config_destroy(&file);
	return ok;
}

/*
 * Files
 * -----
 */

static struct policy policy_copy(const struct policy *p)
{
	struct policy c = *p;

	c.module = copy(p->module);
	c.hook = copy(p->hook);
	return c;
}

static void policy_free(struct policy *p)
{
	free(p->module);
	free(p->hook);
}

/* Length of NAME without ".conf", or 0 if it is not such a name. */
static size_t stem(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && !strcmp(name + length - 5, ".conf") ? length - 5 : 0;
}

static bool read_driver(struct config *c, const char *folder, const char *name)
{
	struct driver *d;
	char *path;
	bool ok;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	c->drivers = reallocarray(c->drivers, c->nr_drivers + 1, sizeof(*c->drivers));
	if (!c->drivers)
		abort();
	d = &c->drivers[c->nr_drivers++];
	d->name = strndup(name, stem(name));
	if (!d->name)
		abort();
	d->policy = policy_copy(&c->policy);
	ok = read_file(path, NULL, &d->policy);
	free(path);
	return ok;
}

static bool read_drivers(struct config *c, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort), i;
	bool ok = true;

	if (n < 0 && errno == ENOENT)
		return true;
	if (n < 0) {
		agent_fail(AGENT_FAILED, "%s: %s", folder, strerror(errno));
		return false;
	}
	for (i = 0; i < n; i++) {
		if (stem(names[i]->d_name) && !read_driver(c, folder, names[i]->d_name))
			ok = false;
		free(names[i]);
	}
	free(names);
	return ok;
}

/*
 * Public interface
 * ----------------
 */

bool config_load(struct config *c, const char *path, bool required)
{
	char *folder = copy(path), *drivers;
	bool ok = true;

	*c = (struct config){
		.history_file = copy(SFID_HISTORY), .history_records = 1000,
		.policy = {
			.restarts = 3, .reloads = 0, .delay_s = 10, .delay_max_s = 300, .calm_s = 600,
			.module = copy(""), .hook = copy(""), .hook_timeout_s = 10,
		},
	};
	if (required || access(path, F_OK) == 0)
		ok = read_file(path, c, &c->policy);
	if (asprintf(&drivers, "%s/drivers.d", dirname(folder)) < 0)
		abort();
	if (!read_drivers(c, drivers))
		ok = false;
	free(drivers);
	free(folder);
	if (!ok)
		config_free(c);
	return ok;
}

void config_free(struct config *c)
{
	size_t i;

	for (i = 0; i < c->nr_drivers; i++) {
		free(c->drivers[i].name);
		policy_free(&c->drivers[i].policy);
	}
	free(c->drivers);
	policy_free(&c->policy);
	free(c->history_file);
	*c = (struct config){ 0 };
}

const struct policy *config_policy(const struct config *c, const char *domain)
{
	size_t i;

	for (i = 0; i < c->nr_drivers; i++)
		if (!strcmp(c->drivers[i].name, domain))
			return &c->drivers[i].policy;
	return &c->policy;
}
