// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls: indirect ones, and those that may recurse.

#ifndef SFI_LIB_CALLS_H
#define SFI_LIB_CALLS_H

#include "Counters.h"
#include "Policy.h"

#include "llvm/ADT/DenseSet.h"

namespace llvm {
class CallBase;
class Constant;
class Function;
class GlobalVariable;
class Module;
} // namespace llvm

namespace sfi {

/// The checks of a module's indirect calls.
class CallGuards {
public:
  CallGuards(llvm::Module &M, Counters &C) : M(M), C(C) {}

  /// Puts a check before every indirect call in F, and calls what it results
  /// in. A call whose type is not known (no "kcfi" bundle) is an error. Makes
  /// calls of what the unit does not define keep their frame. False if there
  /// was an error.
  bool guard(llvm::Function &F);

private:
  bool guardIndirect(llvm::CallBase &CB, const llvm::Function *Callee);
  llvm::Constant *getNobody();
  llvm::GlobalVariable *makeSite(uint32_t Hash);

  llvm::Module &M;
  Counters &C;
  llvm::GlobalVariable *Nobody = nullptr; ///< made for the first site
};

/// The functions of M that may be entered again while they are active, as far
/// as that can come about without the kernel's doing: on a cycle of the call
/// graph, where everything outside the unit is thought to be one function that
/// calls all it can.
llvm::DenseSet<llvm::Function *> findRecursive(llvm::Module &M,
                                               const Policy &P);

/// A check at F's begin that stack is left for a deep call chain.
void checkStack(llvm::Function &F, Counters &C);

} // namespace sfi

#endif
