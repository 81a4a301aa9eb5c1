// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may no longer be assumed.

#ifndef SFI_LIB_HARDEN_H
#define SFI_LIB_HARDEN_H

namespace llvm {
class Function;
}

namespace sfi {

/// Takes from F all that lets LLVM conclude something from "the program has no
/// undefined behaviour", and gives undefined values one value each.
void dropAssumptions(llvm::Function &F);

/// Puts a trap before every `unreachable`, so that no way leads out of the code
/// that a wrong assumption left without an end, and forbids jump tables, whose
/// bounds check goes with an unreachable default.
void closeEnds(llvm::Function &F);

} // namespace sfi

#endif
