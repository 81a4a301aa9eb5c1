// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Optimization remarks, of LLVM's own kind: clang prints them with
// -Rpass=sfi and -Rpass-missed=sfi, and -fsave-optimization-record writes them
// to a file that existing viewers read. The location is the access's own, with
// all that was inlined; the name is the rule or the reason, so that remarks can
// be counted by it.

#include "Remarks.h"

#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LLVMRemarkStreamer.h"

using namespace llvm;

namespace sfi {

bool wantsRemarks(const Function &F) {
  LLVMContext &C = F.getContext();
  return C.getLLVMRemarkStreamer() ||
         C.getDiagHandlerPtr()->isAnyRemarkEnabled(RemarkPass);
}

/// "a write of 8 bytes".
template <class Remark> static void describe(Remark &R, const Access &A) {
  switch (A.Kind) {
  case Extent::Fixed:
    R << "write of " << ore::NV("Bytes", A.Size) << " bytes ";
    break;
  case Extent::Length:
    R << "write of unknown length ";
    break;
  case Extent::Bit:
    R << "write of a bit of unknown number ";
    break;
  }
}

void remarkRemoved(const Access &A, StringRef Rule, const Twine &Why) {
  if (!wantsRemarks(*A.I->getFunction()))
    return;
  OptimizationRemark R(RemarkPass, Rule, A.I);
  describe(R, A);
  R << "needs no guard of its own: " << ore::NV("Why", Why.str());
  R.getFunction().getContext().diagnose(R);
}

void remarkGuarded(const Access &A, StringRef Reason, const Twine &Why) {
  if (!wantsRemarks(*A.I->getFunction()))
    return;
  OptimizationRemarkMissed R(RemarkPass, Reason, A.I);
  describe(R, A);
  R << "is guarded: " << ore::NV("Why", Why.str());
  R.getFunction().getContext().diagnose(R);
}

void remarkShared(const Access &A, unsigned Users) {
  if (!wantsRemarks(*A.I->getFunction()))
    return;
  OptimizationRemark R(RemarkPass, "SharedLookup", A.I);
  R << "guard does not look its address up: ";
  if (Users > 1)
    R << ore::NV("Users", Users) << " guards of this object share a lookup";
  else
    R << "that is done before the loop";
  R.getFunction().getContext().diagnose(R);
}

void remarkWalk(const Access &A, bool IsRange) {
  if (!wantsRemarks(*A.I->getFunction()))
    return;
  OptimizationRemark R(RemarkPass, IsRange ? "KeptRange" : "KeptChunk", A.I);
  if (IsRange)
    R << "guard asks the table only where the loop leaves the range found last";
  else
    R << "guard looks at the part of the table that was found last in the loop";
  R.getFunction().getContext().diagnose(R);
}

} // namespace sfi
