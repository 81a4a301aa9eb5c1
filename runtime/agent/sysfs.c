// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains as the kernel shows them: one directory each below /sys/kernel/sfi,
 * one file an attribute.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

#define ATTRIBUTE_MAX (1 << 16) /* bytes; sysfs gives at most a page */

/* ROOT/NAME/ATTRIBUTE; NAME and ATTRIBUTE may be NULL. Free with free(); never NULL. */
static char *path_of(const char *root, const char *name, const char *attribute)
{
	char *path;

	if (asprintf(&path, "%s%s%s%s%s", root, name ? "/" : "", name ? name : "",
		     attribute ? "/" : "", attribute ? attribute : "") < 0)
		abort();
	return path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool domain_exists(const char *root, const char *name)
{
	char *path = path_of(root, name, "state");
	bool ret = access(path, F_OK) == 0;

	free(path);
	return ret;
}

static void domains_add(struct domains *d, const char *name)
{
	d->names = reallocarray(d->names, d->count + 1, sizeof(*d->names));
	if (!d->names)
		abort();
	d->names[d->count] = strdup(name);
	if (!d->names[d->count++])
		abort();
}

static enum agent_status cannot_open_root(const char *root, int error)
{
	if (error == ENOENT)
		return agent_fail(AGENT_NOT_LOADED,
				  "%s does not exist: sfi.ko is not loaded (load it with insmod or modprobe)",
				  root);
	if (error == EACCES || error == EPERM)
		return agent_fail(AGENT_NOT_ALLOWED, "%s: %s (try again as root)", root,
				  strerror(error));
	return agent_fail(AGENT_FAILED, "%s: %s", root, strerror(error));
}

enum agent_status domains_read(const char *root, struct domains *d)
{
	struct dirent *entry;
	DIR *dir;

	*d = (struct domains){ 0 };
	dir = opendir(root);
	if (!dir)
		return cannot_open_root(root, errno);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && domain_exists(root, entry->d_name))
			domains_add(d, entry->d_name);
	closedir(dir);
	if (d->count)
		qsort(d->names, d->count, sizeof(*d->names), by_name);
	return AGENT_OK;
}

void domains_free(struct domains *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		free(d->names[i]);
	free(d->names);
	*d = (struct domains){ 0 };
}

enum agent_status domain_check(const char *root, const char *name)
{
	if (access(root, X_OK))
		return cannot_open_root(root, errno);
	/* A name with a slash would leave the folder. */
	if (strchr(name, '/') || name[0] == '.' || !domain_exists(root, name))
		return agent_fail(AGENT_NO_DOMAIN,
				  "no domain '%s' (sfictl list shows those there are; a domain exists while its module is loaded)",
				  name);
	return AGENT_OK;
}

char *domain_attribute(const char *root, const char *name, const char *attribute)
{
	char *path = path_of(root, name, attribute);
	char *text = NULL;
	ssize_t got;
	size_t size = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return NULL;
	text = malloc(ATTRIBUTE_MAX + 1);
	if (!text)
		abort();
	while (size < ATTRIBUTE_MAX && (got = read(fd, text + size, ATTRIBUTE_MAX - size)) > 0)
		size += got;
	close(fd);
	while (size && text[size - 1] == '\n')
		size--;
	text[size] = 0;
	return text;
}

enum agent_status domain_control(const char *root, const char *name, const char *command)
{
	char *path = path_of(root, name, "control");
	int fd, error = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, command, strlen(command)) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	free(path);

	switch (error) {
	case 0:
		return AGENT_OK;
	case EACCES:
	case EPERM:
		return agent_fail(AGENT_NOT_ALLOWED, "%s %s: %s (try again as root)", command, name,
				  strerror(error));
	case EBUSY:
		return agent_fail(AGENT_FAILED,
				  "%s %s: it is being loaded, unloaded or recovered (try again later)",
				  command, name);
	case EIO:
		return agent_fail(AGENT_FAILED,
				  "%s %s: it has failed meanwhile (sfictl show %s says how)",
				  command, name, name);
	default:
		return agent_fail(AGENT_FAILED, "%s %s: %s (sfictl log %s may tell why)", command, name,
				  strerror(error), name);
	}
}
