/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/bitmap.h>, <linux/find.h>, arithmetic and checksums: functions that touch nothing but what they are given. */
#include <linux/bitmap.h>
#include <linux/find.h>
#include <linux/crc32.h>
#include <linux/gcd.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <sfi/annotate.h>

unsigned long (_find_next_bit)(const unsigned long *addr, unsigned long nbits, unsigned long start) SFI_DIRECT(reads only);
unsigned long (_find_first_bit)(const unsigned long *addr, unsigned long size) SFI_DIRECT(reads only);
unsigned long (_find_first_zero_bit)(const unsigned long *addr, unsigned long size) SFI_DIRECT(reads only);
unsigned long (_find_next_zero_bit)(const unsigned long *addr, unsigned long nbits, unsigned long start) SFI_DIRECT(reads only);
unsigned int __bitmap_weight(const unsigned long *bitmap, unsigned int nbits) SFI_DIRECT(reads only);
/* Not directly: they push before they read, so that a fault would not be seen as the driver's. */
u32 crc32_le(u32 crc, unsigned char const *p SFI_READS(len), size_t len) SFI_KEEPS;
u32 crc32_be(u32 crc, unsigned char const *p SFI_READS(len), size_t len) SFI_KEEPS;
__sum16 csum_ipv6_magic(const struct in6_addr *saddr, const struct in6_addr *daddr, __u32 len, __u8 proto, __wsum sum) SFI_DIRECT(reads only);
__wsum csum_partial(const void *buff, int len, __wsum sum) SFI_DIRECT(reads only);
#ifdef CONFIG_GENERIC_CSUM
/* Where KASAN is on; else it is inline assembly. */
__wsum csum_tcpudp_nofold(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum sum) SFI_DIRECT(arithmetic);
#endif
