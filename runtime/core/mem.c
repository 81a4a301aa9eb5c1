// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory functions that the compiler puts in for a driver: checked once for
 * the whole range, then done. The loops themselves are in entry_64.S, in a
 * section of their own: a fault there is the driver's, by a bad source.
 */
#include "internal.h"

void sfi_memcpy(struct sfi_self *self, void *dst, const void *src, size_t size)
{
	sfi_check_store(self->domain, sfi_addr(dst), size, 0);
	sfi_copy_up(dst, src, size);
}
SFI_EXPORT(sfi_memcpy);

void sfi_memmove(struct sfi_self *self, void *dst, const void *src, size_t size)
{
	sfi_check_store(self->domain, sfi_addr(dst), size, 0);
	if (sfi_addr(dst) - sfi_addr(src) >= size)
		sfi_copy_up(dst, src, size);
	else
		sfi_copy_down(dst, src, size);
}
SFI_EXPORT(sfi_memmove);

void sfi_memset(struct sfi_self *self, void *dst, u32 byte, size_t size)
{
	sfi_check_store(self->domain, sfi_addr(dst), size, 0);
	sfi_fill(dst, byte, size);
}
SFI_EXPORT(sfi_memset);

bool sfi_ip_on_behalf(u64 ip)
{
	return ip >= sfi_addr(sfi_onbehalf_begin) && ip < sfi_addr(sfi_onbehalf_end);
}
SFI_EXPORT(sfi_ip_on_behalf);
