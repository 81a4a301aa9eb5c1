// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The late phase: guards.

#ifndef SFI_LIB_LATE_H
#define SFI_LIB_LATE_H

#include "Counters.h"
#include "Policy.h"

#include "llvm/IR/PassManager.h"

namespace sfi {

/// Puts the guards into a module that the optimizer is done with: a check
/// before every store that is not proven to be in bounds of an own object,
/// before every indirect call, at the head of every function that may recurse;
/// rights for locals whose address leaves the function; the table of source
/// locations. What it does not understand is reported as an error.
///
/// Returns true: the module is always changed. Adds what was done to C.
bool runLatePhase(llvm::Module &M, llvm::ModuleAnalysisManager &AM,
                  const Policy &P, Counters &C);

} // namespace sfi

#endif
