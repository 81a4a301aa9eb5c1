// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// memcpy, memmove and memset. Short ones of known size stay, as a few stores
// behind a guard like others; long ones and those of unknown size become calls
// of the runtime, which checks the range at once and then writes it. What is
// proven to stay within an own object is written without a check, up to a size
// that is reasonable in line.
//
// Either way nothing is left that the code generator might turn into a call of
// memcpy(): that symbol is the kernel's.

#include "MemIntrinsics.h"
#include "Abi.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace sfi {

/// Longest one that a guard and a few stores make.
constexpr uint64_t MaxGuarded = 32;
/// Longest one to an own object that is written in line.
constexpr uint64_t MaxExpanded = 256;

static bool isFixed(const Access &A, uint64_t Max) {
  return A.Kind == Extent::Fixed && A.Size <= Max;
}

bool isForRuntime(const Access &A) {
  // Code for memmove in line needs all of it in registers.
  return isa<AnyMemIntrinsic>(A.I) && !isFixed(A, MaxGuarded);
}

bool canExpand(const Access &A) {
  uint64_t Max = isa<AnyMemMoveInst>(A.I) ? MaxGuarded : MaxExpanded;
  return !isa<AnyMemIntrinsic>(A.I) || isFixed(A, Max);
}

void callRuntime(const Access &A) {
  auto &MI = *cast<AnyMemIntrinsic>(A.I);
  Module &M = *MI.getModule();
  IRBuilder<> B(&MI);
  StringRef Name = isa<AnyMemSetInst>(MI)    ? "sfi_memset"
                   : isa<AnyMemMoveInst>(MI) ? "sfi_memmove"
                                             : "sfi_memcpy";
  Function *F = getRuntimeFunction(M, Name);
  if (!F)
    return;
  Value *Second;
  if (auto *MS = dyn_cast<AnyMemSetInst>(&MI))
    Second = B.CreateZExt(MS->getValue(), B.getInt32Ty());
  else
    Second = cast<AnyMemTransferInst>(MI).getRawSource();
  Value *Length = B.CreateZExtOrTrunc(MI.getLength(), B.getInt64Ty());
  B.CreateCall(F, {getSelf(M), MI.getRawDest(), Second, Length});
  MI.eraseFromParent();
}

void expand(const Access &A) {
  auto &MI = *cast<AnyMemIntrinsic>(A.I);
  IRBuilder<> B(&MI);
  auto *MS = dyn_cast<MemSetInst>(&MI);
  auto *MC = dyn_cast<MemCpyInst>(&MI);
  if (MS && !isa<MemSetInlineInst>(MI))
    B.CreateMemSetInline(MS->getRawDest(), MS->getDestAlign(), MS->getValue(),
                         MS->getLength(), MS->isVolatile());
  else if (MC && !isa<MemCpyInlineInst>(MI))
    B.CreateMemCpyInline(MC->getRawDest(), MC->getDestAlign(),
                         MC->getRawSource(), MC->getSourceAlign(),
                         MC->getLength(), MC->isVolatile());
  else
    return;
  MI.eraseFromParent();
}

} // namespace sfi
