/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A kernel interface small enough to see every wrapper whole: what the annotated headers of the tests describe. */
#ifndef LINUX_TOY_H
#define LINUX_TOY_H

#include <linux/types.h>

struct module;
struct toy;

struct toy_ops {
	int (*open)(struct toy *toy);
	void (*close)(struct toy *toy);
	long (*ioctl)(struct toy *toy, unsigned int command);
};

struct toy_part {
	int level;
};

struct toy {
	unsigned long flags;
	char name[16];
	const struct toy_ops *ops;
	struct toy_part part;
	struct {
		unsigned int grouped;
	};
};

struct toy_timer {
	unsigned long expires;
	void (*function)(struct toy_timer *timer);
};

struct toy_lock {
	int word;
};

struct toy_driver {
	const char *name;
	int (*probe)(struct toy *toy, const void *id);
	void (*remove)(struct toy *toy);
};

/* Callbacks in every place that a structure can have them. */
struct toy_bus {
	struct {
		int (*match)(struct toy *toy);
		int (*score)(struct toy *toy);
	};
	union {
		void (*shutdown)(struct toy *toy);
		void (*panic)(struct toy *toy);
	};
	struct {
		void (*reset)(struct toy *toy);
	} power;
	struct toy_timer timer[2];
	const struct toy_ops *fallback;
	void (*hooks[3])(void);
};

typedef int (*toy_handler_t)(int line, void *cookie);

extern int toy_count;
extern int toy_limit;

struct toy *toy_alloc(size_t extra, int node);
void toy_free(struct toy *toy);
int toy_register(struct toy *toy);
void toy_unregister(struct toy *toy);
int toy_handle(struct toy *toy);
int toy_try(struct toy *toy);
int toy_read(struct toy *toy, void *buffer, size_t size);
int toy_write(struct toy *toy, const void *data, size_t size);
void toy_rename(struct toy *toy, const char *name);
void *toy_map(struct toy *toy, unsigned long offset, size_t size);
void toy_unmap(struct toy *toy, void *mapping, size_t size);
void toy_part_reset(struct toy_part *part);
void toy_use(void *object);
void toy_drop(void *object);
void toy_put(const struct toy *toy);
void toy_timer_init(struct toy_timer *timer, void (*function)(struct toy_timer *timer));
void toy_timer_start(struct toy_timer *timer, unsigned long expires);
void toy_timer_stop(struct toy_timer *timer);
void toy_lock(struct toy_lock *lock);
int toy_trylock(struct toy_lock *lock);
void toy_unlock(struct toy_lock *lock);
int toy_request(int line, toy_handler_t handler, void *cookie);
void toy_release(int line, void *cookie);
int toy_register_driver(struct toy_driver *driver, struct module *owner);
void toy_unregister_driver(struct toy_driver *driver);
int toy_register_bus(struct toy_bus *bus);
void toy_set_ops(const struct toy_ops *ops);
void toy_wait(int milliseconds);
void toy_print(const char *format, ...);
unsigned long toy_length(const char *s);

void toy_note(struct toy *toy);

static inline void toy_stop(struct toy *toy)
{
	toy_note(toy);
	toy->flags |= 1;
}

static inline int toy_busy(const struct toy_timer *timer)
{
	return timer->expires != 0;
}

#endif
