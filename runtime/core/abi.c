// SPDX-License-Identifier: GPL-2.0-only
/*
 * What instrumented modules link against: the assembly halves of the symbols in
 * abi.h, and the version symbol, by which a module that was built for another
 * encoding of anything there fails to link.
 */
#include "internal.h"

extern const u32 sfi_abi_v4;
const u32 sfi_abi_v4 = SFI_ABI_VERSION;
static_assert(SFI_ABI_VERSION == 4, "the version is part of the symbol's name");
static_assert(sizeof(SFI_VERSION_SYMBOL) == sizeof("sfi_abi_v4"), "as is the header's");

SFI_EXPORT(sfi_abi_v4);
SFI_EXPORT(sfi_guard);
SFI_EXPORT(sfi_icall);
SFI_EXPORT(sfi_stack);
SFI_EXPORT(sfi_local_grant);
SFI_EXPORT(sfi_local_revoke);
SFI_EXPORT(sfi_gate_save);
