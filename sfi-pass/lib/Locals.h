// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rights of stack locals.

#ifndef SFI_LIB_LOCALS_H
#define SFI_LIB_LOCALS_H

#include "Counters.h"
#include "Elide.h"
#include "Privacy.h"

namespace llvm {
class Function;
} // namespace llvm

namespace sfi {

/// Gives rights to F's locals (allocas, arguments passed by value) that are not
/// private, from where that begins to matter until F returns. Marks accesses
/// (Access::Unexposed) to a local that nobody can know of yet. Returns where
/// rights are given: from there on accesses to the local need no guard until
/// rights may have been taken away.
llvm::SmallVector<Grant> grantLocals(llvm::Function &F, AccessMap &Accesses,
                                     Counters &C);

} // namespace sfi

#endif
