// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rights of stack locals, and which objects nobody else knows of.

#ifndef SFI_LIB_LOCALS_H
#define SFI_LIB_LOCALS_H

#include "Access.h"
#include "Counters.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace llvm {
class DataLayout;
class Function;
class Module;
} // namespace llvm

namespace sfi {

/// The accesses of a module by instruction: what an address may be used for.
using AccessMap =
    llvm::DenseMap<const llvm::Instruction *, llvm::SmallVector<Access, 1>>;

/// Is every use of Object's address a load from it, or an access that is in
/// bounds for sure? Then nobody but this code can write it, and nobody can have
/// made a kernel object of it.
bool isPrivate(const llvm::Value *Object, const AccessMap &Accesses,
               const llvm::DataLayout &DL);

/// Gives rights to F's locals (allocas, arguments passed by value) that are not
/// private, from their definition until F returns. Returns those whose rights
/// are there from their definition on; accesses to their bytes need no guard
/// until rights may have been taken away.
llvm::SmallVector<llvm::Instruction *>
grantLocals(llvm::Function &F, AccessMap &Accesses, Counters &C);

} // namespace sfi

#endif
