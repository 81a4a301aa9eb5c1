// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inside of sfi_sample: two byte queues, the thread that moves bytes from
 * one to the other, the timer and the work item that measure the rate.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sfi_sample.h"

#define RING_SIZE 4096
#define CHUNK_SIZE 128 /* bytes that the thread transforms at a time, on its stack */
#define DEFAULT_PERIOD_MS 100

/*
 * Rings
 * -----
 */

static int ring_init(struct sample_ring *ring, u32 size)
{
	ring->data = kzalloc(size, GFP_KERNEL);
	if (!ring->data)
		return -ENOMEM;
	ring->size = size;
	ring->head = 0;
	ring->tail = 0;
	return 0;
}

static void ring_free(struct sample_ring *ring)
{
	kfree(ring->data);
	ring->data = NULL;
}

static u32 ring_used(const struct sample_ring *ring)
{
	return ring->head - ring->tail;
}

static u32 ring_space(const struct sample_ring *ring)
{
	return ring->size - ring_used(ring);
}

/* Puts up to @count bytes, returns how many. */
static u32 ring_put(struct sample_ring *ring, const u8 *bytes, u32 count)
{
	u32 at = ring->head & (ring->size - 1);
	u32 first;

	count = min(count, ring_space(ring));
	first = min(count, ring->size - at);
	memcpy(ring->data + at, bytes, first);
	memcpy(ring->data, bytes + first, count - first);
	ring->head += count;
	return count;
}

/* Takes up to @count bytes, returns how many. */
static u32 ring_take(struct sample_ring *ring, u8 *bytes, u32 count)
{
	u32 at = ring->tail & (ring->size - 1);
	u32 first;

	count = min(count, ring_used(ring));
	first = min(count, ring->size - at);
	memcpy(bytes, ring->data + at, first);
	memcpy(bytes + first, ring->data, count - first);
	ring->tail += count;
	return count;
}

/*
 * The thread
 * ----------
 */

static u8 to_upper(u8 byte)
{
	return byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte;
}

static u8 to_rot13(u8 byte)
{
	if (byte >= 'a' && byte <= 'z')
		return 'a' + (byte - 'a' + 13) % 26;
	if (byte >= 'A' && byte <= 'Z')
		return 'A' + (byte - 'A' + 13) % 26;
	return byte;
}

static u8 to_same(u8 byte)
{
	return byte;
}

/* By mode. */
static u8 (*const transformations[SFI_SAMPLE_NR_MODES])(u8 byte) = {
	[SFI_SAMPLE_COPY] = to_same,
	[SFI_SAMPLE_UPPER] = to_upper,
	[SFI_SAMPLE_ROT13] = to_rot13,
};

static bool has_work(struct sample_engine *engine)
{
	unsigned long flags;
	bool ret;

	spin_lock_irqsave(&engine->lock, flags);
	ret = ring_used(&engine->in) && ring_space(&engine->out);
	spin_unlock_irqrestore(&engine->lock, flags);
	return ret;
}

/* Moves one chunk from the input ring to the output ring. */
static void move_chunk(struct sample_engine *engine)
{
	u8 (*transform)(u8 byte) = transformations[READ_ONCE(engine->mode)];
	unsigned long flags;
	u8 chunk[CHUNK_SIZE];
	u32 count, i;

	/* Only this thread puts into @out: the space seen now stays. */
	spin_lock_irqsave(&engine->lock, flags);
	count = min_t(u32, CHUNK_SIZE, ring_space(&engine->out));
	count = ring_take(&engine->in, chunk, count);
	spin_unlock_irqrestore(&engine->lock, flags);

	for (i = 0; i < count; i++)
		chunk[i] = transform(chunk[i]);

	spin_lock_irqsave(&engine->lock, flags);
	ring_put(&engine->out, chunk, count);
	spin_unlock_irqrestore(&engine->lock, flags);

	wake_up_interruptible(&engine->writable);
	wake_up_interruptible(&engine->readable);
}

static int engine_thread(void *data)
{
	struct sample_engine *engine = data;

	while (!kthread_should_stop()) {
		wait_event_interruptible(engine->work_to_do,
					 has_work(engine) || kthread_should_stop());
		if (has_work(engine))
			move_chunk(engine);
	}
	return 0;
}

/*
 * Timer and work item
 * -------------------
 */

static void engine_timer(struct timer_list *timer)
{
	struct sample_engine *engine = from_timer(engine, timer, timer);
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ticks++;
	spin_unlock_irqrestore(&engine->lock, flags);

	schedule_work(&engine->work);
	mod_timer(&engine->timer, jiffies + msecs_to_jiffies(READ_ONCE(engine->period_ms)));
}

static void engine_work(struct work_struct *work)
{
	struct sample_engine *engine = container_of(work, struct sample_engine, work);
	u32 period_ms = READ_ONCE(engine->period_ms);
	unsigned long flags;
	u64 bytes;

	spin_lock_irqsave(&engine->lock, flags);
	/* A reset puts the count behind the last one: nothing moved, then. */
	bytes = engine->bytes_in > engine->last_bytes ? engine->bytes_in - engine->last_bytes : 0;
	engine->last_bytes = engine->bytes_in;
	engine->rate = div_u64(bytes * MSEC_PER_SEC, period_ms);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/*
 * Interface to main.c
 * -------------------
 */

/**
 * sample_engine_start - allocate the rings, start thread and timer
 * @engine: zeroed
 *
 * Sleeps. Return: 0, or a negative errno with nothing left behind.
 */
int sample_engine_start(struct sample_engine *engine)
{
	int ret;

	spin_lock_init(&engine->lock);
	init_waitqueue_head(&engine->readable);
	init_waitqueue_head(&engine->writable);
	init_waitqueue_head(&engine->work_to_do);
	INIT_WORK(&engine->work, engine_work);
	timer_setup(&engine->timer, engine_timer, 0);
	engine->period_ms = DEFAULT_PERIOD_MS;

	ret = ring_init(&engine->in, RING_SIZE);
	if (ret)
		return ret;
	ret = ring_init(&engine->out, RING_SIZE);
	if (ret)
		goto free_in;

	engine->thread = kthread_run(engine_thread, engine, "sfi_sample");
	if (IS_ERR(engine->thread)) {
		ret = PTR_ERR(engine->thread);
		goto free_out;
	}
	mod_timer(&engine->timer, jiffies + msecs_to_jiffies(engine->period_ms));
	return 0;

free_out:
	ring_free(&engine->out);
free_in:
	ring_free(&engine->in);
	return ret;
}

/**
 * sample_engine_stop - the reverse of sample_engine_start()
 * @engine: started, no longer used by anybody else
 *
 * Sleeps.
 */
void sample_engine_stop(struct sample_engine *engine)
{
	del_timer_sync(&engine->timer);
	cancel_work_sync(&engine->work);
	kthread_stop(engine->thread);
	ring_free(&engine->out);
	ring_free(&engine->in);
}

/**
 * sample_engine_put - queue bytes for the thread
 * @engine: the engine
 * @bytes: the bytes
 * @count: how many
 *
 * Any context. Return: how many were taken; fewer than @count if space is short.
 */
u32 sample_engine_put(struct sample_engine *engine, const u8 *bytes, u32 count)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	count = ring_put(&engine->in, bytes, count);
	engine->bytes_in += count;
	spin_unlock_irqrestore(&engine->lock, flags);

	if (count)
		wake_up_interruptible(&engine->work_to_do);
	return count;
}

/**
 * sample_engine_take - get transformed bytes
 * @engine: the engine
 * @bytes: where to
 * @count: at most how many
 *
 * Any context. Return: how many there were.
 */
u32 sample_engine_take(struct sample_engine *engine, u8 *bytes, u32 count)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	count = ring_take(&engine->out, bytes, count);
	engine->bytes_out += count;
	spin_unlock_irqrestore(&engine->lock, flags);

	if (count)
		wake_up_interruptible(&engine->work_to_do);
	return count;
}

/* Would sample_engine_take() give anything? Any context. */
bool sample_engine_readable(struct sample_engine *engine)
{
	unsigned long flags;
	bool ret;

	spin_lock_irqsave(&engine->lock, flags);
	ret = ring_used(&engine->out);
	spin_unlock_irqrestore(&engine->lock, flags);
	return ret;
}

/* Would sample_engine_put() take anything? Any context. */
bool sample_engine_writable(struct sample_engine *engine)
{
	unsigned long flags;
	bool ret;

	spin_lock_irqsave(&engine->lock, flags);
	ret = ring_space(&engine->in);
	spin_unlock_irqrestore(&engine->lock, flags);
	return ret;
}

/* Fills @stats. Any context. */
void sample_engine_stats(struct sample_engine *engine, struct sfi_sample_stats *stats)
{
	unsigned long flags;

	memset(stats, 0, sizeof(*stats));
	stats->mode = READ_ONCE(engine->mode);
	stats->period_ms = READ_ONCE(engine->period_ms);

	spin_lock_irqsave(&engine->lock, flags);
	stats->bytes_in = engine->bytes_in;
	stats->bytes_out = engine->bytes_out;
	stats->ticks = engine->ticks;
	stats->rate = engine->rate;
	stats->waiting_in = ring_used(&engine->in);
	stats->waiting_out = ring_used(&engine->out);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/* Return: 0, or -EINVAL if @mode is none of enum sfi_sample_mode. Any context. */
int sample_engine_set_mode(struct sample_engine *engine, u32 mode)
{
	if (mode >= SFI_SAMPLE_NR_MODES)
		return -EINVAL;
	WRITE_ONCE(engine->mode, mode);
	return 0;
}

/* Return: 0, or -EINVAL if @period_ms is out of range. Any context. */
int sample_engine_set_period(struct sample_engine *engine, u32 period_ms)
{
	if (period_ms < SFI_SAMPLE_MIN_PERIOD || period_ms > SFI_SAMPLE_MAX_PERIOD)
		return -EINVAL;
	WRITE_ONCE(engine->period_ms, period_ms);
	mod_timer(&engine->timer, jiffies + msecs_to_jiffies(period_ms));
	return 0;
}

/* Drops all bytes that wait, and zeroes the byte counts. Any context. */
void sample_engine_reset(struct sample_engine *engine)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->in.tail = engine->in.head;
	engine->out.tail = engine->out.head;
	engine->bytes_in = 0;
	engine->bytes_out = 0;
	spin_unlock_irqrestore(&engine->lock, flags);

	wake_up_interruptible(&engine->writable);
}
