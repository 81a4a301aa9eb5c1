// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver functions that the kernel calls.

#ifndef SFI_LIB_GATES_H
#define SFI_LIB_GATES_H

#include "Bind.h"

namespace sfi {

/// Makes an entry gate of every driver function whose address becomes a
/// callback of the kernel, and of the module's init and exit functions.
void makeGates(llvm::Module &M, const Policy &P, const TypeTable &Types,
               Counters &Count);

/// Reports every function whose address still is taken as a callback that the
/// policy does not know.
void checkCallbacks(llvm::Module &M, const TypeTable &Types);

} // namespace sfi

#endif
