// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prototypes of functions that units of a driver share.

#ifndef SFI_LIB_PROTOTYPES_H
#define SFI_LIB_PROTOTYPES_H

#include "Policy.h"

namespace llvm {
class Module;
}

namespace sfi {

/// Defines a symbol for the type of each function that other units may refer
/// to, and refers to one for each function of theirs.
void tiePrototypes(llvm::Module &M, const Policy &P);

} // namespace sfi

#endif
