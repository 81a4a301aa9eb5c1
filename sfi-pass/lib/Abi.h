// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ABI header's symbols and types as IR.

#ifndef SFI_LIB_ABI_H
#define SFI_LIB_ABI_H

#include "sfi/abi.h"

#include "llvm/IR/Attributes.h"
#include "llvm/IR/Module.h"

namespace sfi {

/// The anchor of the module's domain, __sfi_self; declared when it is not in M
/// yet. Weak: modpost sees the driver's objects before the unit that defines
/// it is linked in, and would refuse a strong undefined symbol.
llvm::GlobalVariable *getSelf(llvm::Module &M);

/// struct sfi_self.
llvm::StructType *getSelfType(llvm::LLVMContext &C);

/// A symbol of the runtime (SFI_RUNTIME_SYMBOLS) with its type and calling
/// convention. A symbol of that name and another type is an error that is
/// reported; the result is then null.
llvm::Function *getRuntimeFunction(llvm::Module &M, llvm::StringRef Name);

/// A constant string of its own in M, ended by a zero byte.
llvm::Constant *makeString(llvm::Module &M, llvm::StringRef Text);

/// Is NAME reserved for the runtime and the wrappers?
bool isReservedName(llvm::StringRef Name);

/// Mark on a call (string attribute) that both phases leave alone: made by the
/// planter.
constexpr char DirectCallAttr[] = "sfi-direct";

/// Mark on a variable (string attribute) that the late phase leaves for the
/// unit's tables: it is written without guards, as nobody else can know of it.
constexpr char AloneAttr[] = "sfi-alone";

/// The C type hash of a function (from !kcfi_type), or 0 if it has none. It
/// goes by the names of types.
uint32_t getTypeHash(const llvm::Function &F);
/// The same of a call, whose hash by names is HASH, and whose arguments have
/// ATTRIBUTES. Structures that are passed by value go into both by their sizes:
/// another unit may have another structure of the name.
uint32_t getTypeHash(uint32_t Hash, llvm::AttributeList Attributes,
                     unsigned Arguments, const llvm::DataLayout &DL);

} // namespace sfi

#endif
