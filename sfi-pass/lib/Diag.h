// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors of both phases: reported through LLVM's diagnostics, so that clang
// prints them with file, line and column and fails the build.

#ifndef SFI_LIB_DIAG_H
#define SFI_LIB_DIAG_H

#include "llvm/ADT/Twine.h"

namespace llvm {
class Function;
class Instruction;
class Module;
} // namespace llvm

namespace sfi {

/// An error at the source location of I. For code of kernel headers that was
/// inlined, at the driver's statement that it was inlined into.
void error(const llvm::Instruction &I, const llvm::Twine &Message);

/// An error at the declaration of F, where it is known.
void error(const llvm::Function &F, const llvm::Twine &Message);

/// An error that has no better place than the translation unit.
void error(llvm::Module &M, const llvm::Twine &Message);

} // namespace sfi

#endif
