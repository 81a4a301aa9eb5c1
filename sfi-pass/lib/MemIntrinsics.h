// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// memcpy, memmove and memset.

#ifndef SFI_LIB_MEMINTRINSICS_H
#define SFI_LIB_MEMINTRINSICS_H

#include "Access.h"

namespace sfi {

/// Will A, if it is no access to an own object, be made by the runtime?
bool isForRuntime(const Access &A);

/// Replaces the intrinsic of A by the runtime function that checks and writes.
void callRuntime(const Access &A);

/// Can the intrinsic of A, an access to an own object, be expanded in place?
/// If not the object needs rights, and the runtime writes it.
bool canExpand(const Access &A);

/// Makes sure that the code generator expands the intrinsic of A in place: a
/// call of the C library's function would be a call of the kernel's.
void expand(const Access &A);

} // namespace sfi

#endif
