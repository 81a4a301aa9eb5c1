/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of sfi_sample share: main.c (the device) and engine.c. */
#ifndef SFI_SAMPLE_H
#define SFI_SAMPLE_H

#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "sfi_sample_ioctl.h"

struct task_struct;

/* A byte queue. Protected by the engine's lock. */
struct sample_ring {
	u8 *data;
	u32 size; /* a power of two */
	u32 head; /* bytes ever put, modulo 2^32 */
	u32 tail; /* bytes ever taken, modulo 2^32 */
};

/*
 * Bytes go from the input ring through a thread, which transforms them, to the
 * output ring. A timer measures the rate, by way of a work item.
 */
struct sample_engine {
	spinlock_t lock; /* protects everything down to @rate */
	struct sample_ring in;
	struct sample_ring out;
	u64 bytes_in;
	u64 bytes_out;
	u64 ticks;
	u64 rate;

	u32 mode;      /* enum sfi_sample_mode; written in one go, any value is right */
	u32 period_ms; /* alike */

	u64 last_bytes; /* @bytes_in when the work item last ran; its own */

	wait_queue_head_t readable; /* bytes came into @out */
	wait_queue_head_t writable; /* space came up in @in */
	wait_queue_head_t work_to_do; /* for the thread: bytes in @in and space in @out */

	struct timer_list timer;
	struct work_struct work;
	struct task_struct *thread;
};

int sample_engine_start(struct sample_engine *engine);
void sample_engine_stop(struct sample_engine *engine);
u32 sample_engine_put(struct sample_engine *engine, const u8 *bytes, u32 count);
u32 sample_engine_take(struct sample_engine *engine, u8 *bytes, u32 count);
bool sample_engine_readable(struct sample_engine *engine);
bool sample_engine_writable(struct sample_engine *engine);
void sample_engine_stats(struct sample_engine *engine, struct sfi_sample_stats *stats);
int sample_engine_set_mode(struct sample_engine *engine, u32 mode);
int sample_engine_set_period(struct sample_engine *engine, u32 period_ms);
void sample_engine_reset(struct sample_engine *engine);

#endif
