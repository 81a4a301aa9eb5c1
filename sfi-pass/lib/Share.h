// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which guards can use one look into the directory.

#ifndef SFI_LIB_SHARE_H
#define SFI_LIB_SHARE_H

#include "Elide.h"

namespace sfi {

/// Plans the lookups of F for the groups of Plan.
void planLookups(llvm::Function &F, Elision &Plan);

} // namespace sfi

#endif
