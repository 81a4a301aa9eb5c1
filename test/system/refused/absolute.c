// SPDX-License-Identifier: GPL-2.0-only
/* A function that is an address without a place, which may be the kernel's; for refused.sh. */
asm(".globl refused_absolute\n"
    "refused_absolute = 0x1000");
