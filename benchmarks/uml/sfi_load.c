// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_load: uses the devices under test from inside the kernel, whose system
 * calls are slow where it is a process, and tells the time that takes. It does
 * so while it is loaded, in the task that loads it, whose memory it lends to the
 * device as a program's. An ordinary module, the same for either build of
 * the drivers.
 *
 * Of each load it prints a line "@load|NAME|CALLS|ns": the median of slices of so many
 * calls each, so short that most are not interrupted on a busy machine. And at the end
 * one with a sum over all bytes that the last call of each slice has given (but for
 * those of "stats", which tell of time).
 */
#define pr_fmt(fmt) fmt

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "sfi_sample_ioctl.h"

#define SLICES 101
#define BLOCK 4096
#define SMALL 64
#define MTU 1472 /* of UDP */
#define PORT 7

static struct file *file;
static unsigned long buffer; /* in the task's memory: BLOCK bytes that go in */
static unsigned long out;    /* and BLOCK that come out */
static struct socket *udp;   /* of sfi_echo: what it sends it receives */
static u8 datagrams[MTU];    /* the last one that came back */
static u64 sum;              /* over what came back */

/*
 * Calls
 * -----
 */

/* Puts N bytes in and takes them out again; the driver's thread moves them in between. */
static int through(size_t n)
{
	loff_t at = 0;
	size_t done = 0;
	ssize_t got;

	if (file->f_op->write(file, (const char __user *)buffer, n, &at) != n)
		return -EIO;
	while (done < n) {
		got = file->f_op->read(file, (char __user *)out + done, n - done, &at);
		if (got <= 0)
			return -EIO;
		done += got;
	}
	return 0;
}

static int small(void)
{
	return through(SMALL);
}

static int block(void)
{
	return through(BLOCK);
}

static int stats(void)
{
	return file->f_op->unlocked_ioctl(file, SFI_SAMPLE_GET_STATS, buffer);
}

static int ready(void)
{
	sum += (__force u32)file->f_op->poll(file, NULL);
	return 0;
}

/* A datagram there and back: it is there as soon as it is sent, unless the softirq waits for its thread. */
static int datagram(size_t n)
{
	static u8 sent[MTU];
	struct kvec from = { .iov_base = sent, .iov_len = n };
	struct kvec to = { .iov_base = datagrams, .iov_len = n };
	struct msghdr m = { .msg_flags = 0 };
	int ret;

	sent[0]++;
	sent[n - 1]--;
	ret = kernel_sendmsg(udp, &m, &from, 1, n);
	if (ret == n)
		ret = kernel_recvmsg(udp, &m, &to, 1, n, 0);
	if (ret != n)
		return ret < 0 ? ret : -EIO;
	return 0;
}

static int udp_small(void)
{
	return datagram(SMALL);
}

static int udp_large(void)
{
	return datagram(MTU);
}

static void add(const u8 *bytes, size_t n)
{
	while (n--)
		sum = sum * 31 + *bytes++;
}

/* Adds up what came back last, and forgets it: what does not come again is missed. */
static int add_up(void)
{
	static u8 bytes[BLOCK];

	if (copy_from_user(bytes, (void __user *)out, BLOCK) || clear_user((void __user *)out, BLOCK))
		return -EFAULT;
	add(bytes, BLOCK);
	add(datagrams, MTU);
	memset(datagrams, 0, MTU);
	return 0;
}

/*
 * Loads
 * -----
 */

static const struct load {
	const char *name;
	int (*call)(void);
	unsigned int calls; /* of a slice */
	u32 mode;
} loads[] = {
	{ "stats", stats, 3000, SFI_SAMPLE_COPY },
	{ "poll", ready, 3000, SFI_SAMPLE_COPY },
	{ "small", small, 200, SFI_SAMPLE_COPY },
	{ "block", block, 40, SFI_SAMPLE_COPY },
	{ "rot13", block, 20, SFI_SAMPLE_ROT13 },
	{ "udp-64", udp_small, 100, SFI_SAMPLE_COPY },
	{ "udp-1472", udp_large, 100, SFI_SAMPLE_COPY },
};

static int set_mode(u32 mode)
{
	if (put_user(mode, (u32 __user *)buffer))
		return -EFAULT;
	return file->f_op->unlocked_ioctl(file, SFI_SAMPLE_SET_MODE, buffer);
}

/* Letters, of which every transformation makes others. */
static int fill(void)
{
	unsigned int i;

	for (i = 0; i < BLOCK; i++)
		if (put_user((char)('a' + i % 26), (char __user *)buffer + i))
			return -EFAULT;
	return 0;
}

static int slice(const struct load *l, u64 *ns)
{
	u64 began = ktime_get_ns();
	unsigned int i;
	int err;

	for (i = 0; i < l->calls; i++) {
		err = l->call();
		if (err)
			return err;
	}
	*ns = ktime_get_ns() - began;
	cond_resched();
	return 0;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int run(const struct load *l)
{
	static u64 ns[SLICES];
	unsigned int i;
	int err;

	err = set_mode(l->mode);
	if (!err)
		err = fill();
	for (i = 0; !err && i < SLICES; i++) {
		err = slice(l, &ns[i]);
		if (!err)
			err = add_up();
	}
	if (err) {
		pr_info("@error|%s|%d\n", l->name, err);
		return err;
	}
	sort(ns, SLICES, sizeof(*ns), compare, NULL);
	pr_info("@load|%s|%u|%llu\n", l->name, l->calls, ns[SLICES / 2]);
	return 0;
}

static int run_all(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(loads); i++)
		err = run(&loads[i]);
	if (!err)
		pr_info("@sum|%llx\n", sum);
	return err;
}

static int open_device(void)
{
	file = filp_open("/dev/sfi_sample", O_RDWR, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	buffer = vm_mmap(NULL, 0, 2 * BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	out = buffer + BLOCK;
	if (!IS_ERR_VALUE(buffer))
		return 0;
	filp_close(file, NULL);
	return (int)buffer;
}

static int open_socket(void)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(PORT),
				    .sin_addr.s_addr = htonl(0x0a000001) };
	struct sockaddr_in other = self;
	int err;

	other.sin_addr.s_addr = htonl(0x0a000002);
	err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &udp);
	if (err)
		return err;
	udp->sk->sk_rcvtimeo = HZ;
	err = kernel_bind(udp, (struct sockaddr *)&self, sizeof(self));
	if (!err)
		err = kernel_connect(udp, (struct sockaddr *)&other, sizeof(other), 0);
	if (err)
		sock_release(udp);
	return err;
}

static int __init load_init(void)
{
	int err;

	err = open_device();
	if (err)
		return err;
	err = open_socket();
	if (!err) {
		err = run_all();
		sock_release(udp);
	}
	filp_close(file, NULL);
	return err;
}

static void __exit load_exit(void)
{
}

module_init(load_init);
module_exit(load_exit);
MODULE_DESCRIPTION("Measures the devices under test from inside the kernel");
MODULE_LICENSE("GPL");
