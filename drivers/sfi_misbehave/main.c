// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_misbehave: /dev/sfi_misbehave, a driver that does on request what no driver
 * should. For tests only. Writing
 *
 *	NAME CONTEXT [control]
 *
 * to the device runs misbehaviour NAME in CONTEXT and returns when it has run: first
 * as it should be, then, unless it is the control only, wrong. Built plain, the
 * kernel dies of most of them; built isolated, the write fails with EIO, and
 * the driver is restarted. The files by theme hold the misbehaviours, contexts.c
 * the contexts, `expect` what is to happen. sfi_misbehave_ctl is the tool to ask with.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "misbehave.h"
#include "sfi_misbehave_ioctl.h"

#define LINE_SIZE 80

/*
 * What is aimed at
 * ----------------
 */
#define X(name)						\
	static unsigned long name;			\
	module_param(name, ulong, 0);			\
	void *foreign_##name(void)			\
	{						\
		return (void *)name;			\
	}
TARGETS(X)
#undef X

static char *at_init;
module_param(at_init, charp, 0);
MODULE_PARM_DESC(at_init, "misbehaviour to run while the module is loaded");

/* Of the writer in progress, or of the last one; at init, where a process may have memory. */
static void __user *users_buffer = (void __user *)0x10000;

void __user *user_memory(void)
{
	return users_buffer;
}

void *object_of(size_t size)
{
	void *object;

	OPTIMIZER_HIDE_VAR(size);
	object = kzalloc(size, GFP_ATOMIC | __GFP_NOFAIL);
	OPTIMIZER_HIDE_VAR(object);
	return object;
}

/*
 * The table
 * ---------
 */
static const struct misbehaviour misbehaviours[] = {
#define X(name) { #name, name },
#include "list.h"
#undef X
};

const struct misbehaviour *misbehaviour_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(misbehaviours); i++) {
		if (!strcmp(misbehaviours[i].name, name))
			return &misbehaviours[i];
	}
	return NULL;
}

/*
 * The device
 * ----------
 */
static DEFINE_MUTEX(one_at_a_time);

/* Cuts the next word off @rest; "" at the end. */
static char *next_word(char **rest)
{
	char *word = *rest, *end = word;

	while (*end && *end != ' ' && *end != '\n')
		end++;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* Return: 0, -EINVAL, or what the context says. */
static long obey(char *line)
{
	const struct misbehaviour *what = misbehaviour_find(next_word(&line));
	const struct context *where = context_find(next_word(&line));

	if (!what || !where)
		return -EINVAL;
	job_set(what, strcmp(next_word(&line), "control"));
	return where->start();
}

static ssize_t misbehave_write(struct file *file, const char __user *buffer, size_t count,
			       loff_t *position)
{
	char line[LINE_SIZE] = "";
	long ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buffer, count))
		return -EFAULT;
	if (mutex_lock_interruptible(&one_at_a_time))
		return -ERESTARTSYS;
	users_buffer = (void __user *)buffer;
	ret = obey(line);
	ret = job_take_answer(ret ? ret : count);
	mutex_unlock(&one_at_a_time);
	return ret;
}

static long misbehave_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case SFI_MISBEHAVE_RUN:
		return job_perform_ioctl();
	case SFI_MISBEHAVE_HAS_RUN:
		return job_outcome();
	default:
		return -ENOTTY;
	}
}

static const struct file_operations misbehave_fops = {
	.owner = THIS_MODULE,
	.write = misbehave_write,
	.unlocked_ioctl = misbehave_ioctl,
	.compat_ioctl = misbehave_ioctl,
};

static struct miscdevice misbehave_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sfi_misbehave",
	.fops = &misbehave_fops,
};

static int __init misbehave_init(void)
{
	const struct misbehaviour *what;

	job_setup();
	if (at_init) {
		what = misbehaviour_find(at_init);
		if (!what)
			return -EINVAL;
		job_set(what, true);
		job_perform();
	}
	return job_take_answer(misc_register(&misbehave_device));
}

static void __exit misbehave_exit(void)
{
	misc_deregister(&misbehave_device);
	network_exit();
	/* Callbacks that jobs have left under way. */
	rcu_barrier();
	job_perform_armed("exit");
}

module_init(misbehave_init);
module_exit(misbehave_exit);
MODULE_DESCRIPTION("Misbehaves on request");
MODULE_LICENSE("GPL");
