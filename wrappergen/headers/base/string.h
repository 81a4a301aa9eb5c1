/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/string.h>. Functions that only read are called directly. The fortified forms are macros or overloads over
 * these; they are compiled as driver code.
 */
#define __NO_FORTIFY
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/version.h>
#include <sfi/annotate.h>

size_t (strlen)(const char *s) SFI_DIRECT(reads only);
size_t (strnlen)(const char *s, size_t count) SFI_DIRECT(reads only);
int (strcmp)(const char *a, const char *b) SFI_DIRECT(reads only);
int (strncmp)(const char *a, const char *b, size_t count) SFI_DIRECT(reads only);
int strcasecmp(const char *a, const char *b) SFI_DIRECT(reads only);
char *(strchr)(const char *s, int c) SFI_DIRECT(reads only);
char *(strrchr)(const char *s, int c) SFI_DIRECT(reads only);
int (memcmp)(const void *a, const void *b, size_t size) SFI_DIRECT(reads only);
/* What the compiler makes of a comparison for equality alone. */
int (bcmp)(const void *a, const void *b, size_t size) SFI_DIRECT(reads only);
void *(memchr)(const void *s, int c, size_t size) SFI_DIRECT(reads only);
void *memchr_inv(const void *s, int c, size_t size) SFI_DIRECT(reads only);

void *(memcpy)(void *dest SFI_WRITES(size), const void *src SFI_READS(size), size_t size) SFI_KEEPS;
void *(memmove)(void *dest SFI_WRITES(size), const void *src SFI_READS(size), size_t size) SFI_KEEPS;
void *(memset)(void *dest SFI_WRITES(size), int c, size_t size) SFI_KEEPS;
/* What the names stand for where KASAN is on but not in the driver. */
void *(__memcpy)(void *dest SFI_WRITES(size), const void *src SFI_READS(size), size_t size) SFI_KEEPS;
void *(__memmove)(void *dest SFI_WRITES(size), const void *src SFI_READS(size), size_t size) SFI_KEEPS;
void *(__memset)(void *dest SFI_WRITES(size), int c, size_t size) SFI_KEEPS;
/*
 * These read a string in the kernel's code, where a fault is not the driver's.
 */
char *(strstr)(const char *s, const char *wanted) SFI_REQUIRES(SFI_IS_STRING(s, -1) && SFI_IS_STRING(wanted, -1)) SFI_KEEPS;
char *(strncpy)(char *dest SFI_WRITES(count), const char *src, size_t count) SFI_REQUIRES(SFI_IS_STRING(src, count)) SFI_KEEPS;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
ssize_t sized_strscpy(char *dest SFI_WRITES(count), const char *src, size_t count) SFI_REQUIRES(SFI_IS_STRING(src, count)) SFI_KEEPS;
#else
ssize_t (strscpy)(char *dest SFI_WRITES(count), const char *src, size_t count) SFI_REQUIRES(SFI_IS_STRING(src, count)) SFI_KEEPS;
#endif

int kstrtouint(const char *s, unsigned int base, unsigned int *res SFI_WRITES(sizeof(*res))) SFI_REQUIRES(SFI_IS_STRING(s, -1)) SFI_KEEPS;
int kstrtoint(const char *s, unsigned int base, int *res SFI_WRITES(sizeof(*res))) SFI_REQUIRES(SFI_IS_STRING(s, -1)) SFI_KEEPS;
int snprintf(char *buf, size_t size, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
int scnprintf(char *buf, size_t size, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
int sprintf(char *buf, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
