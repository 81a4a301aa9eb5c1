// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which guards in a loop ask what was found last.

#ifndef SFI_LIB_WALK_H
#define SFI_LIB_WALK_H

#include "Elide.h"

namespace sfi {

/// Plans the walks of F for the groups and lookups of Plan.
void planWalks(llvm::Function &F, Elision &Plan);

} // namespace sfi

#endif
