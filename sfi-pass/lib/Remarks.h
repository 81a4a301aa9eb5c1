// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Optimization remarks: what became of each write.

#ifndef SFI_LIB_REMARKS_H
#define SFI_LIB_REMARKS_H

#include "Access.h"

#include "llvm/ADT/Twine.h"

namespace sfi {

/// Name of the pass in remarks: -Rpass=sfi, -Rpass-missed=sfi.
constexpr char RemarkPass[] = "sfi";

/// A remark that A has no guard of its own, by RULE (one word).
void remarkRemoved(const Access &A, llvm::StringRef Rule,
                   const llvm::Twine &Why);

/// A remark that A has one, and what kept it.
void remarkGuarded(const Access &A, llvm::StringRef Reason,
                   const llvm::Twine &Why);

/// A remark that A's guard shares its lookup with others, USERS in all.
void remarkShared(const Access &A, unsigned Users);

/// A remark that A's guard asks what was found last in a loop.
void remarkWalk(const Access &A, bool IsRange);

/// Does anybody want remarks of F? To find the reasons takes time.
bool wantsRemarks(const llvm::Function &F);

} // namespace sfi

#endif
