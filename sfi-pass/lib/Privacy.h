// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who knows an object's address.

#ifndef SFI_LIB_PRIVACY_H
#define SFI_LIB_PRIVACY_H

#include "Access.h"

#include "llvm/ADT/DenseMap.h"

namespace llvm {
class DataLayout;
} // namespace llvm

namespace sfi {

/// The accesses of a module by instruction: what an address may be used for.
using AccessMap =
    llvm::DenseMap<const llvm::Instruction *, llvm::SmallVector<Access, 1>>;

/// Uses of an object's address that are neither loads from it nor accesses in
/// bounds for sure. An object without any is private: nobody but the code that
/// names it can write it, or can have made a kernel object of it.
struct Exposure {
  bool Everywhere = false; ///< also by something that is no instruction
  llvm::SmallVector<llvm::Instruction *> At;

  bool isPrivate() const { return !Everywhere && At.empty(); }
};

Exposure findExposure(const llvm::Value *Object, const AccessMap &Accesses,
                      const llvm::DataLayout &DL);

} // namespace sfi

#endif
