/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs need to know of /dev/sfi_sample: its ioctl commands. */
#ifndef SFI_SAMPLE_IOCTL_H
#define SFI_SAMPLE_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* What happens to a byte between write() and read(). */
enum sfi_sample_mode {
	SFI_SAMPLE_COPY,
	SFI_SAMPLE_UPPER, /* a-z become A-Z */
	SFI_SAMPLE_ROT13,
	SFI_SAMPLE_NR_MODES,
};

/* Limits of the timer's period, milliseconds. */
#define SFI_SAMPLE_MIN_PERIOD 10
#define SFI_SAMPLE_MAX_PERIOD 10000

struct sfi_sample_stats {
	__u64 bytes_in;  /* taken by write() since the last reset */
	__u64 bytes_out; /* given by read() since the last reset */
	__u64 ticks;     /* of the timer since the module was loaded */
	__u64 rate;      /* bytes a second, over the last period */
	__u32 mode;
	__u32 period_ms;
	__u32 waiting_in;  /* bytes not yet processed */
	__u32 waiting_out; /* bytes ready to be read */
};

#define SFI_SAMPLE_GET_STATS _IOR('S', 1, struct sfi_sample_stats)
#define SFI_SAMPLE_SET_MODE _IOW('S', 2, __u32)
#define SFI_SAMPLE_SET_PERIOD _IOW('S', 3, __u32) /* milliseconds */
#define SFI_SAMPLE_RESET _IO('S', 4) /* drops all bytes, zeroes the byte counts */

#endif
