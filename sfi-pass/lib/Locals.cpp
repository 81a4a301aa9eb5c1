// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rights of stack locals. A local whose address leaves the function's direct
// accesses is granted where it is defined and revoked before each return;
// nothing else of the stack is ever writable through a pointer. So that its
// slots hold nothing else it is aligned to a slot and padded to whole ones, and
// its lifetime marks go: sharing a frame slot with another local would share
// the rights.
//
// Locals of dynamic size lie one below the other between the stack pointer and
// where it was when the function began: their rights end with one revocation
// of that range, at llvm.stackrestore and at returns.
//
// Nothing is revoked on ways that do not return: the unwinder clears the
// rights of the stack it skips.
//
// Not done: rights for the life of a scope; a later call in the same function
// may still write a local that is dead by then.

#include "Locals.h"
#include "Abi.h"
#include "Elide.h"
#include "MemIntrinsics.h"

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace sfi {

//===----------------------------------------------------------------------===//
// Privacy
//===----------------------------------------------------------------------===//

namespace {

class PrivacyCheck {
public:
  PrivacyCheck(const Value *Object, const AccessMap &Accesses,
               const DataLayout &DL)
      : Object(Object), Accesses(Accesses), DL(DL) {}

  bool run() {
    Work.push_back(Object);
    while (!Work.empty()) {
      const Value *V = Work.pop_back_val();
      if (!Seen.insert(V).second)
        continue;
      for (const Use &U : V->uses())
        if (!isHarmless(U))
          return false;
    }
    return true;
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
    // it write after all it meets its own guard.
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

bool isPrivate(const Value *Object, const AccessMap &Accesses,
               const DataLayout &DL) {
  return PrivacyCheck(Object, Accesses, DL).run();
}

//===----------------------------------------------------------------------===//
// Rights
//===----------------------------------------------------------------------===//

namespace {

class Granter {
public:
  Granter(Function &F, AccessMap &Accesses, Counters &C)
      : F(F), M(*F.getParent()), DL(M.getDataLayout()), Accesses(Accesses),
        C(C) {}

  SmallVector<Instruction *> run() {
    SmallVector<AllocaInst *> Static, Dynamic;
    for (Instruction &I : instructions(F))
      if (auto *AI = dyn_cast<AllocaInst>(&I);
          AI && !isPrivate(AI, Accesses, DL))
        (AI->isStaticAlloca() ? Static : Dynamic).push_back(AI);
    SmallVector<Argument *> Arguments;
    for (Argument &A : F.args())
      if (A.hasByValAttr() && !isPrivate(&A, Accesses, DL))
        Arguments.push_back(&A);
    if (Static.empty() && Dynamic.empty() && Arguments.empty())
      return {};
    C.locals += Static.size() + Dynamic.size() + Arguments.size();
    dropTailMarks();
    for (AllocaInst *AI : Static)
      grantStatic(*AI);
    for (Argument *A : Arguments)
      grantArgument(*A);
    if (!Dynamic.empty())
      grantDynamic(Dynamic);
    return std::move(Granted);
  }

private:
  static uint64_t toSlots(uint64_t Size) {
    return alignTo(std::max<uint64_t>(Size, 1), SFI_SLOT_SIZE);
  }

  void call(IRBuilder<> &B, StringRef Name, Value *Ptr, Value *Size) {
    Function *Callee = getRuntimeFunction(M, Name);
    if (!Callee)
      return;
    CallInst *Call = B.CreateCall(
        Callee, {getSelf(M), B.CreatePtrToInt(Ptr, B.getInt64Ty()), Size});
    Call->setCallingConv(Callee->getCallingConv());
  }

  /// Location of code that is nobody's statement.
  DebugLoc nowhere() {
    DISubprogram *SP = F.getSubprogram();
    return SP ? DebugLoc(DILocation::get(F.getContext(), 0, 0, SP))
              : DebugLoc();
  }

  /// Calls no longer end the function: rights end after them.
  void dropTailMarks() {
    for (Instruction &I : instructions(F))
      if (auto *CI = dyn_cast<CallInst>(&I))
        if (!CI->isMustTailCall())
          CI->setTailCall(false);
  }

  void revokeAtReturns(Value *Ptr, uint64_t Size) {
    for (Instruction *End : returns()) {
      IRBuilder<> B(End);
      B.SetCurrentDebugLocation(nowhere());
      call(B, "sfi_local_revoke", Ptr, B.getInt64(Size));
    }
  }

  /// Where rights have to be gone: returns, and the musttail calls before them.
  SmallVector<Instruction *> returns() {
    SmallVector<Instruction *> Ends;
    for (BasicBlock &BB : F) {
      if (CallInst *CI = BB.getTerminatingMustTailCall())
        Ends.push_back(CI);
      else if (isa<ReturnInst>(BB.getTerminator()))
        Ends.push_back(BB.getTerminator());
    }
    return Ends;
  }

  /// AI, or what replaces it, on slots of its own.
  AllocaInst *pad(AllocaInst &AI) {
    AI.setAlignment(std::max(AI.getAlign(), Align(SFI_SLOT_SIZE)));
    for (User *U : make_early_inc_range(AI.users()))
      if (auto *Mark = dyn_cast<LifetimeIntrinsic>(U))
        Mark->eraseFromParent();
    uint64_t Size = *getObjectSize(&AI, DL);
    if (Size == toSlots(Size))
      return &AI;
    IRBuilder<> B(&AI);
    AllocaInst *New =
        B.CreateAlloca(ArrayType::get(B.getInt8Ty(), toSlots(Size)));
    New->setAlignment(AI.getAlign());
    New->takeName(&AI);
    for (auto &[I, List] : Accesses)
      for (Access &A : List)
        if (A.Ptr == &AI)
          A.Ptr = New;
    AI.replaceAllUsesWith(New);
    AI.eraseFromParent();
    return New;
  }

  void grantStatic(AllocaInst &AI) {
    AllocaInst *Local = pad(AI);
    uint64_t Size = *getObjectSize(Local, DL);
    IRBuilder<> B(Local->getNextNode());
    B.SetCurrentDebugLocation(nowhere());
    call(B, "sfi_local_grant", Local, B.getInt64(Size));
    revokeAtReturns(Local, Size);
    Granted.push_back(Local);
  }

  /// The caller's argument area has whole slots for each argument.
  void grantArgument(Argument &A) {
    uint64_t Size = toSlots(*getObjectSize(&A, DL));
    IRBuilder<> B(&*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca());
    B.SetCurrentDebugLocation(nowhere());
    call(B, "sfi_local_grant", &A, B.getInt64(Size));
    revokeAtReturns(&A, Size);
  }

  void grantDynamic(ArrayRef<AllocaInst *> Allocas) {
    // Its rights end where the stack pointer is put back.
    SmallVector<IntrinsicInst *> Restores;
    for (Instruction &I : instructions(F))
      if (auto *II = dyn_cast<IntrinsicInst>(&I);
          II && II->getIntrinsicID() == Intrinsic::stackrestore)
        Restores.push_back(II);
    IRBuilder<> Entry(&*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca());
    Entry.SetCurrentDebugLocation(nowhere());
    Value *Top = Entry.CreateStackSave("sfi.top");
    for (AllocaInst *AI : Allocas)
      grantOneDynamic(*AI);
    for (IntrinsicInst *II : Restores)
      revokeBelow(II, II->getArgOperand(0));
    for (Instruction *End : returns())
      revokeBelow(End, Top);
  }

  void grantOneDynamic(AllocaInst &AI) {
    AI.setAlignment(std::max(AI.getAlign(), Align(SFI_SLOT_SIZE)));
    IRBuilder<> B(&AI);
    B.SetCurrentDebugLocation(nowhere());
    uint64_t Unit = DL.getTypeAllocSize(AI.getAllocatedType());
    Value *Count = B.CreateZExtOrTrunc(AI.getArraySize(), B.getInt64Ty());
    Value *Size = B.CreateMul(Count, B.getInt64(Unit));
    Size = B.CreateAnd(B.CreateAdd(Size, B.getInt64(SFI_SLOT_SIZE - 1)),
                       ~uint64_t(SFI_SLOT_SIZE - 1));
    AI.setAllocatedType(B.getInt8Ty());
    AI.setOperand(0, Size);
    IRBuilder<> After(AI.getNextNode());
    After.SetCurrentDebugLocation(nowhere());
    call(After, "sfi_local_grant", &AI, Size);
  }

  void revokeBelow(Instruction *Before, Value *Top) {
    IRBuilder<> B(Before);
    B.SetCurrentDebugLocation(nowhere());
    Value *Here = B.CreateStackSave();
    Value *Size = B.CreateSub(B.CreatePtrToInt(Top, B.getInt64Ty()),
                              B.CreatePtrToInt(Here, B.getInt64Ty()));
    call(B, "sfi_local_revoke", Here, Size);
  }

  Function &F;
  Module &M;
  const DataLayout &DL;
  AccessMap &Accesses;
  Counters &C;
  SmallVector<Instruction *> Granted;
};

} // namespace

SmallVector<Instruction *> grantLocals(Function &F, AccessMap &Accesses,
                                       Counters &C) {
  return Granter(F, Accesses, C).run();
}

} // namespace sfi
