// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who knows an object's address. Followed are all values computed from it by
// address arithmetic, phi and select. A comparison tells nobody anything; every
// other use may make a copy of the address, or let somebody write through it.
//
// Not followed: copies of the address in memory, also where they are the
// function's own. One store of it and the object counts as known.

#include "Privacy.h"
#include "Elide.h"
#include "MemIntrinsics.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace sfi {

namespace {

class ExposureFinder {
public:
  ExposureFinder(const Value *Object, const AccessMap &Accesses,
                 const DataLayout &DL)
      : Object(Object), Accesses(Accesses), DL(DL) {}

  Exposure run() {
    Exposure Found;
    Work.push_back(Object);
    while (!Work.empty()) {
      const Value *V = Work.pop_back_val();
      if (!Seen.insert(V).second)
        continue;
      for (const Use &U : V->uses()) {
        if (isHarmless(U))
          continue;
        if (auto *I = dyn_cast<Instruction>(U.getUser()))
          Found.At.push_back(I);
        else
          Found.Everywhere = true;
      }
    }
    return Found;
  }

private:
  bool isHarmless(const Use &U) {
    const User *By = U.getUser();
    if (isa<GEPOperator>(By) || isa<PHINode>(By) || isa<SelectInst>(By)) {
      Work.push_back(By);
      return true;
    }
    auto *I = dyn_cast<Instruction>(By);
    if (!I)
      return false;
    if (isa<LoadInst>(I) || isa<ICmpInst>(I))
      return true;
    if (auto *SI = dyn_cast<StoreInst>(I))
      return SI->getValueOperand() != U.get() && isOwnWrite(*I);
    if (auto *RMW = dyn_cast<AtomicRMWInst>(I))
      return RMW->getValOperand() != U.get() && isOwnWrite(*I);
    if (auto *CX = dyn_cast<AtomicCmpXchgInst>(I))
      return CX->getPointerOperandIndex() == U.getOperandNo() && isOwnWrite(*I);
    if (auto *CB = dyn_cast<CallBase>(I))
      return isHarmlessArgument(*CB, U);
    return false;
  }

  bool isHarmlessArgument(const CallBase &CB, const Use &U) {
    if (isa<DbgInfoIntrinsic>(CB) || isa<LifetimeIntrinsic>(CB))
      return true;
    if (!CB.isArgOperand(&U))
      return false;
    if (isa<AnyMemIntrinsic>(CB))
      return isOwnWrite(CB);
    unsigned N = CB.getArgOperandNo(&U);
    if (CB.isInlineAsm())
      return CB.getParamElementType(N) && isOwnWrite(CB);
    // The copy is the callee's. A callee that only reads is believed: should
    // it write after all it meets its own guard, as no guard of this function's
    // is for a private object.
    return CB.isByValArgument(N) ||
           (CB.doesNotCapture(N) && CB.onlyReadsMemory(N));
  }

  /// Does I write the object in bounds, or something else altogether?
  bool isOwnWrite(const Instruction &I) {
    auto It = Accesses.find(&I);
    if (It == Accesses.end())
      return true;
    return all_of(It->second, [&](const Access &A) {
      // Derived, but not come to yet: it will be asked again then.
      if (!Seen.contains(A.Ptr))
        return true;
      return canExpand(A) && getOwnObject(A, DL);
    });
  }

  const Value *Object;
  const AccessMap &Accesses;
  const DataLayout &DL;
  SmallVector<const Value *> Work;
  DenseSet<const Value *> Seen;
};

} // namespace

Exposure findExposure(const Value *Object, const AccessMap &Accesses,
                      const DataLayout &DL) {
  return ExposureFinder(Object, Accesses, DL).run();
}

} // namespace sfi
