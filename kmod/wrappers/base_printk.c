// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages: _printk(), dev_*(), WARN(), s*printf(), and dumps.
 *
 * By hand: most are variadic, and a dump takes as long as the driver says. A format is code that the kernel runs over the
 * arguments, so it must be one of the driver's constants, and it is walked
 * first: a pointer that the kernel would follow to print what is behind it must
 * be readable, or a bug of the driver would fault in the kernel's own code.
 */
#include <linux/ctype.h>
#include <linux/dev_printk.h>
#include <linux/printk.h>
#include <linux/uaccess.h>
#include <linux/module.h>

#include "wrappers/message.h"

static bool readable(const void *p, size_t size)
{
	u8 buf[32];
	size_t n;

	for (; size; size -= n, p += n) {
		n = min(size, sizeof(buf));
		if (copy_from_kernel_nofault(buf, p, n))
			return false;
	}
	return true;
}

bool sfi_string_readable(const char *s, size_t most)
{
	char c = -1;

	for (; most && c; most--) {
		if (copy_from_kernel_nofault(&c, s++, 1))
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(sfi_string_readable);

/*
 * Up to PRECISION bytes (negative: no limit) or the terminating zero. NULL and error values are
 * printed as such.
 */
static bool printable_string(const char *s, int precision)
{
	if ((unsigned long)s < PAGE_SIZE || IS_ERR(s))
		return true;
	return sfi_string_readable(s, precision < 0 ? SIZE_MAX : precision);
}

/*
 * What follows %p. Only forms that follow the pointer a known, short way: addresses of hardware and
 * network, hex dumps, error names; and those that do not follow it.
 */
static bool pointer_ok(const char *extension, const void *p, int width)
{
	if ((unsigned long)p < PAGE_SIZE || IS_ERR(p))
		return true;
	switch (*extension) {
	case 'M':
	case 'm':
		return readable(p, 6);
	case 'I':
	case 'i':
		return extension[1] == '4' ? readable(p, 4)
					   : extension[1] == '6' && readable(p, 16);
	case 'U':
		return readable(p, 16);
	case 'a':
		return readable(p, 8);
	case 'h':
		return readable(p, clamp(width, 1, 64));
	case 'R':
	case 'r':
		return readable(p, 64);
	case 'b':
	case 'd':
	case 'D':
	case 'C':
	case 'g':
	case 'O':
	case 'f':
	case 't':
	case 'V':
	case 'N':
	case 'E':
	case 'G':
	case 'A':
	case '4':
		return false;
	default:
		return true;
	}
}

/* Beyond these the kernel warns. */
#define MAX_WIDTH ((1 << 23) - 1)
#define MAX_PRECISION ((1 << 15) - 1)

/* A number of the format: digits, or * for an argument. -1: none. */
static int number(const char **f, va_list *args)
{
	int n = -1;

	if (**f == '*') {
		(*f)++;
		return va_arg(*args, int);
	}
	while (isdigit(**f))
		n = max(n, 0) * 10 + *(*f)++ - '0';
	return n;
}

/*
 * One conversion, *F behind its percent sign. False: an argument must not be followed, or the form
 * is unknown.
 */
static bool conversion_ok(const char **f, va_list *args)
{
	int width, precision = -1, longs = 0;
	const void *p;
	char c;

	*f += strspn(*f, "-+ #0");
	width = number(f, args);
	if (**f == '.') {
		(*f)++;
		precision = number(f, args); /* a negative one is none */
	}
	if (width < -MAX_WIDTH || width > MAX_WIDTH || precision > MAX_PRECISION)
		return false;
	for (; **f && strchr("hlLzt", **f); (*f)++)
		longs += **f != 'h';
	c = *(*f)++;
	switch (c) {
	case '%':
		return true;
	case 'c':
		(void)va_arg(*args, int);
		return true;
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		if (longs)
			(void)va_arg(*args, long long);
		else
			(void)va_arg(*args, int);
		return true;
	case 's':
		return printable_string(va_arg(*args, const char *), precision);
	case 'p':
		p = va_arg(*args, const void *);
		if (!pointer_ok(*f, p, width))
			return false;
		while (isalnum(**f))
			(*f)++;
		return true;
	default:
		return false;
	}
}

void sfi_check_format(struct sfi_domain *d, const char *format, va_list args,
		      const struct sfi_arg *arg)
{
	const char *f = format;
	bool ok = true;
	va_list copy;

	sfi_check_that(d, format, arg);
	sfi_check_constant(d, format, 1, arg);
	va_copy(copy, args);
	while (ok && (f = strchr(f, '%')) != NULL) {
		f++;
		ok = conversion_ok(&f, &copy);
	}
	va_end(copy);
	sfi_check_that(d, ok, arg);
}
EXPORT_SYMBOL_GPL(sfi_check_format);

int sfi_w__printk(struct sfi_self *self, const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	va_list args;
	int ret;

	va_start(args, fmt);
	sfi_check_format(d, fmt, args, SFI_ARG("_printk", "fmt and what it prints can be read"));
	ret = vprintk(fmt, args);
	va_end(args);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w__printk);

/*
 * The message of a WARN(); the trap that follows it is the driver's own instruction, and leads to
 * kmod/warn.c. The kernel's function would begin a report of its own here.
 */
void sfi_w___warn_printk(struct sfi_self *self, const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	sfi_check_format(d, fmt, args,
			 SFI_ARG("__warn_printk", "fmt and what it prints can be read"));
	vaf.va = &args;
	pr_warn("sfi: %s warns: %pV", d->name, &vaf);
	va_end(args);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w___warn_printk);

void sfi_w__dev_printk(struct sfi_self *self, const char *level, const struct device *dev,
		       const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	sfi_check_that(d, printable_string(level, -1), SFI_ARG("_dev_printk", "level can be read"));
	if (dev)
		sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("_dev_printk", "dev"));
	va_start(args, fmt);
	sfi_check_format(d, fmt, args,
			 SFI_ARG("_dev_printk", "fmt and what it prints can be read"));
	vaf.va = &args;
	_dev_printk(level, dev, "%pV", &vaf);
	va_end(args);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w__dev_printk);

/* Of a line, at most. */
#define ROW 32

/*
 * As the kernel's, but a line is read as memory that may not be there, and the dump ends when the domain has
 * failed: it may have been for a dump of gigabytes.
 */
void sfi_w_print_hex_dump(struct sfi_self *self, const char *level, const char *prefix_str,
			  int prefix_type, int rowsize, int groupsize, const void *buf, size_t len,
			  bool ascii)
{
	const struct sfi_arg *arg = SFI_ARG("print_hex_dump", "buf can be read");
	struct sfi_domain *d = sfi_import_enter(self);
	char line[ROW * 3 + 2 + ROW + 1]; /* in hex with spaces, two more, as characters */
	char place[24] = "";
	u8 bytes[ROW];
	size_t at, n;

	sfi_check_that(d, printable_string(level, -1),
		       SFI_ARG("print_hex_dump", "level can be read"));
	sfi_check_that(d, printable_string(prefix_str, -1),
		       SFI_ARG("print_hex_dump", "prefix_str can be read"));
	if (rowsize != ROW)
		rowsize = ROW / 2;
	for (at = 0; at < len; at += n) {
		n = min_t(size_t, len - at, rowsize);
		if (sfi_closed(d))
			sfi_unwind(d);
		sfi_check_that(d, !copy_from_kernel_nofault(bytes, buf + at, n), arg);
		hex_dump_to_buffer(bytes, n, rowsize, groupsize, line, sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			snprintf(place, sizeof(place), "%p: ", buf + at);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			snprintf(place, sizeof(place), "%.8zx: ", at);
		_printk("%s%s%s%s\n", level, prefix_str, place, line);
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_print_hex_dump);

SFI_MESSAGE(_dev_emerg, device);
SFI_MESSAGE(_dev_alert, device);
SFI_MESSAGE(_dev_crit, device);
SFI_MESSAGE(_dev_err, device);
SFI_MESSAGE(_dev_warn, device);
SFI_MESSAGE(_dev_notice, device);
SFI_MESSAGE(_dev_info, device);

/* NAME prints what it is given into a buffer of SIZE, as LIST does. */
#define SFI_PRINT_INTO(name, list)                                                                 \
	int sfi_w_##name(struct sfi_self *self, char *buf, size_t size, const char *fmt, ...)      \
	{                                                                                          \
		struct sfi_domain *d = sfi_import_enter(self);                                     \
		va_list args;                                                                      \
		int ret;                                                                           \
												   \
		sfi_check_that(d, size <= INT_MAX, SFI_ARG(#name, "size"));                        \
		sfi_check_writable(d, buf, size, SFI_ARG(#name, "buf"));                           \
		va_start(args, fmt);                                                               \
		sfi_check_format(d, fmt, args,                                                     \
				 SFI_ARG(#name, "fmt and what it prints can be read"));            \
		ret = list(buf, size, fmt, args);                                                  \
		va_end(args);                                                                      \
		sfi_import_leave(d);                                                               \
		return ret;                                                                        \
	}                                                                                          \
	EXPORT_SYMBOL_GPL(sfi_w_##name)

SFI_PRINT_INTO(snprintf, vsnprintf);
SFI_PRINT_INTO(scnprintf, vscnprintf);

/* Written at most as long as what was measured: the arguments may change in between. */
int sfi_w_sprintf(struct sfi_self *self, char *buf, const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	va_list args, copy;
	int size, ret;

	va_start(args, fmt);
	sfi_check_format(d, fmt, args, SFI_ARG("sprintf", "fmt and what it prints can be read"));
	va_copy(copy, args);
	size = vsnprintf(NULL, 0, fmt, copy) + 1;
	va_end(copy);
	sfi_check_writable(d, buf, size, SFI_ARG("sprintf", "buf"));
	ret = vscnprintf(buf, size, fmt, args);
	va_end(args);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_sprintf);
