// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernel functions and data that a driver refers to.

#ifndef SFI_LIB_IMPORTS_H
#define SFI_LIB_IMPORTS_H

#include "Bind.h"

namespace sfi {

/// Replaces calls of kernel functions by calls of their import wrappers, and
/// the addresses of those that may be passed on by their sfi_p_ twins.
void bindImports(llvm::Module &M, const Policy &P, const TypeTable &Types,
                 Counters &Count);

/// Is NAME a symbol that the module itself defines in the unit that Kbuild
/// makes for it, or that that unit refers to?
bool isModuleOwn(llvm::StringRef Name);

/// Mark of a function (attribute, whose value is the sfi_p_ twin's name) that
/// indirect calls of a kernel function are led to.
constexpr char IndirectAttr[] = "sfi-indirect";

/// For each sfi_p_ twin that M refers to, a function of the same type that
/// calls the import wrapper; none where there is no such wrapper.
void makeIndirectTargets(llvm::Module &M, const Policy &P,
                         const TypeTable &Types, Counters &Count);

/// Reports every kernel function and kernel variable that is still referred to.
void checkImports(llvm::Module &M, const Policy &P, const TypeTable &Types);

} // namespace sfi

#endif
