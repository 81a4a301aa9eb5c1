// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rights of stack locals. A local whose address leaves the function's direct
// accesses is granted before it does and revoked before each return; nothing
// else of the stack is ever writable through a pointer. So that its slots hold
// nothing else it is aligned to a slot and padded to whole ones, and its
// lifetime marks go: sharing a frame slot with another local would share the
// rights.
//
// Often only a rare path gives the address away. So the grant stands at the
// latest point that is on all ways to such a use, outside of loops. Accesses
// on ways where nobody can know the address yet are the function's own: they
// need no rights. A return that may be come to with and without rights asks a
// flag.
//
// Locals of dynamic size lie one below the other between the stack pointer and
// where it was when the function began: their rights end with one revocation
// of that range, at llvm.stackrestore and at returns. Before the stack pointer
// moves it is checked that there is stack to move it to.
//
// Nothing is revoked on ways that do not return: the unwinder clears the
// rights of the stack it skips.
//
// Not done: rights for the life of a scope; a later call in the same function
// may still write a local that is dead by then.

#include "Locals.h"
#include "Abi.h"

#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/CycleAnalysis.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace sfi {

namespace {

/// Bytes that a local of dynamic size may have: less than sfi_stack() makes
/// sure of, by what it takes to report that there is no more.
constexpr uint64_t MaxDynamicLocal = 1024;

uint64_t toSlots(uint64_t Size) {
  return alignTo(std::max<uint64_t>(Size, 1), SFI_SLOT_SIZE);
}

/// May I run after one of Points has?
bool isAfter(const Instruction *I, ArrayRef<Instruction *> Points,
             const DominatorTree &DT, const LoopInfo &LI) {
  return any_of(Points, [&](const Instruction *Point) {
    return isPotentiallyReachable(Point, I, nullptr, &DT, &LI);
  });
}

/// Where a local of fixed size gets and loses its rights.
struct Plan {
  AllocaInst *Local;
  BasicBlock *From; ///< granted at its begin; null: at the alloca
  SmallVector<Instruction *> Ends;      ///< revoked before these for sure
  SmallVector<Instruction *> MaybeEnds; ///< and before these if granted at all
};

/// Where rights have to be gone: returns, and the musttail calls before them.
SmallVector<Instruction *> getEnds(Function &F) {
  SmallVector<Instruction *> Ends;
  for (BasicBlock &BB : F) {
    if (CallInst *CI = BB.getTerminatingMustTailCall())
      Ends.push_back(CI);
    else if (isa<ReturnInst>(BB.getTerminator()))
      Ends.push_back(BB.getTerminator());
  }
  return Ends;
}

/// Plans for locals of fixed size; looks, and changes nothing but marks.
class Planner {
public:
  Planner(Function &F, AccessMap &Accesses)
      : F(F), Accesses(Accesses), DL(F.getDataLayout()), DT(F), LI(DT) {
    Cycles.compute(F);
  }

  Plan plan(AllocaInst &AI, ArrayRef<Instruction *> ExposedAt) {
    SmallVector<Instruction *> Needed(ExposedAt);
    for (auto &[I, List] : Accesses)
      for (Access &A : List) {
        if (I->getFunction() != &F || getOwnObject(A, DL) != &AI)
          continue;
        if (isAfter(I, ExposedAt, DT, LI))
          Needed.push_back(A.I);
        else
          A.Unexposed = true;
      }
    Plan P = {&AI, findStart(Needed), {}, {}};
    for (Instruction *End : getEnds(F)) {
      if (!P.From || DT.dominates(P.From, End->getParent()))
        P.Ends.push_back(End);
      else if (isPotentiallyReachable(P.From, End->getParent(), nullptr, &DT,
                                      &LI))
        P.MaybeEnds.push_back(End);
    }
    return P;
  }

private:
  /// The last block that is on all ways to Needed and comes by once; null for
  /// the function's first one. Granted again, rights would come back that have
  /// been taken away since. Loops with two entries, which gotos make, count.
  BasicBlock *findStart(ArrayRef<Instruction *> Needed) {
    BasicBlock *Start = nullptr;
    for (Instruction *I : Needed) {
      if (!DT.isReachableFromEntry(I->getParent()))
        continue;
      Start = Start ? DT.findNearestCommonDominator(Start, I->getParent())
                    : I->getParent();
    }
    while (Start && Cycles.getCycle(Start))
      Start = DT.getNode(Start)->getIDom()->getBlock();
    return Start && !Start->isEntryBlock() ? Start : nullptr;
  }

  Function &F;
  AccessMap &Accesses;
  const DataLayout &DL;
  DominatorTree DT;
  LoopInfo LI;
  CycleInfo Cycles;
};

class Granter {
public:
  Granter(Function &F, AccessMap &Accesses, Counters &C)
      : F(F), M(*F.getParent()), DL(M.getDataLayout()), Accesses(Accesses),
        C(C) {}

  SmallVector<Grant> run() {
    SmallVector<Plan> Static;
    SmallVector<AllocaInst *> Dynamic;
    SmallVector<Argument *> Arguments;
    collect(Static, Dynamic, Arguments);
    if (Static.empty() && Dynamic.empty() && Arguments.empty())
      return {};
    C.locals += Static.size() + Dynamic.size() + Arguments.size();
    dropTailMarks();
    // Dynamic ones first: the blocks that they split keep their beginnings,
    // which is all that the plans name.
    if (!Dynamic.empty())
      grantDynamic(Dynamic);
    for (Argument *A : Arguments)
      grantArgument(*A);
    for (Plan &P : Static)
      grantStatic(P);
    return std::move(Granted);
  }

private:
  void collect(SmallVectorImpl<Plan> &Static,
               SmallVectorImpl<AllocaInst *> &Dynamic,
               SmallVectorImpl<Argument *> &Arguments) {
    std::optional<Planner> Fixed;
    for (Instruction &I : instructions(F)) {
      auto *AI = dyn_cast<AllocaInst>(&I);
      if (!AI)
        continue;
      if (!AI->isStaticAlloca()) {
        Dynamic.push_back(AI);
        continue;
      }
      Exposure E = findExposure(AI, Accesses, DL);
      if (E.isPrivate())
        continue;
      if (!Fixed)
        Fixed.emplace(F, Accesses);
      Static.push_back(Fixed->plan(*AI, E.At));
    }
    for (Argument &A : F.args())
      if (A.hasByValAttr() && !findExposure(&A, Accesses, DL).isPrivate())
        Arguments.push_back(&A);
  }

  /// Location of code that is nobody's statement.
  DebugLoc nowhere() {
    DISubprogram *SP = F.getSubprogram();
    return SP ? DebugLoc(DILocation::get(F.getContext(), 0, 0, SP))
              : DebugLoc();
  }

  Instruction *call(Instruction *Before, StringRef Name, Value *Ptr,
                    Value *Size) {
    IRBuilder<> B(Before);
    B.SetCurrentDebugLocation(nowhere());
    Function *Callee = getRuntimeFunction(M, Name);
    if (!Callee)
      return Before;
    CallInst *Call = B.CreateCall(
        Callee, {getSelf(M), B.CreatePtrToInt(Ptr, B.getInt64Ty()), Size});
    Call->setCallingConv(Callee->getCallingConv());
    return Call;
  }

  Value *number(uint64_t N) {
    return ConstantInt::get(Type::getInt64Ty(F.getContext()), N);
  }

  /// Calls no longer end the function: rights end after them.
  void dropTailMarks() {
    for (Instruction &I : instructions(F))
      if (auto *CI = dyn_cast<CallInst>(&I))
        if (!CI->isMustTailCall())
          CI->setTailCall(false);
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

  void grantStatic(Plan &P) {
    AllocaInst *Local = pad(*P.Local);
    Value *Size = number(*getObjectSize(Local, DL));
    Instruction *Start =
        P.From ? &*P.From->getFirstInsertionPt() : Local->getNextNode();
    Granted.push_back({call(Start, "sfi_local_grant", Local, Size), Local});
    for (Instruction *End : P.Ends)
      call(End, "sfi_local_revoke", Local, Size);
    if (!P.MaybeEnds.empty())
      revokeIfGranted(P, Local, Size);
  }

  void revokeIfGranted(Plan &P, AllocaInst *Local, Value *Size) {
    IRBuilder<> B(&*F.getEntryBlock().getFirstInsertionPt());
    B.SetCurrentDebugLocation(nowhere());
    AllocaInst *Flag = B.CreateAlloca(B.getInt8Ty(), nullptr, "sfi.granted");
    B.CreateStore(B.getInt8(0), Flag);
    B.SetInsertPoint(Granted.back().At);
    B.CreateStore(B.getInt8(1), Flag);
    for (Instruction *End : P.MaybeEnds) {
      B.SetInsertPoint(End);
      B.SetCurrentDebugLocation(nowhere());
      Value *Is = B.CreateIsNotNull(B.CreateLoad(B.getInt8Ty(), Flag));
      Instruction *Then = SplitBlockAndInsertIfThen(
          Is, End->getIterator(), /*Unreachable=*/false,
          MDBuilder(F.getContext()).createUnlikelyBranchWeights());
      call(Then, "sfi_local_revoke", Local, Size);
    }
  }

  /// The caller's argument area has whole slots for each argument.
  void grantArgument(Argument &A) {
    Value *Size = number(toSlots(*getObjectSize(&A, DL)));
    call(&*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca(), "sfi_local_grant",
         &A, Size);
    for (Instruction *End : getEnds(F))
      call(End, "sfi_local_revoke", &A, Size);
  }

  void grantDynamic(ArrayRef<AllocaInst *> Allocas) {
    // Its rights end where the stack pointer is put back.
    SmallVector<IntrinsicInst *> Restores;
    for (Instruction &I : instructions(F))
      if (auto *II = dyn_cast<IntrinsicInst>(&I);
          II && II->getIntrinsicID() == Intrinsic::stackrestore)
        Restores.push_back(II);
    hoistStatic();
    IRBuilder<> Entry(&*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca());
    Value *Top = Entry.CreateStackSave("sfi.top");
    for (AllocaInst *AI : Allocas)
      grantOneDynamic(*AI);
    for (IntrinsicInst *II : Restores)
      revokeBelow(II, II->getArgOperand(0));
    for (Instruction *End : getEnds(F))
      revokeBelow(End, Top);
  }

  /// Locals of fixed size are that only in the entry block, which is split.
  void hoistStatic() {
    BasicBlock &Entry = F.getEntryBlock();
    for (Instruction &I : make_early_inc_range(Entry))
      if (auto *AI = dyn_cast<AllocaInst>(&I); AI && AI->isStaticAlloca())
        AI->moveBefore(Entry, Entry.begin());
  }

  void grantOneDynamic(AllocaInst &AI) {
    AI.setAlignment(std::max(AI.getAlign(), Align(SFI_SLOT_SIZE)));
    IRBuilder<> B(&AI);
    uint64_t Unit = DL.getTypeAllocSize(AI.getAllocatedType());
    Value *Count = B.CreateZExtOrTrunc(AI.getArraySize(), B.getInt64Ty());
    Value *Size = B.CreateMul(Count, B.getInt64(Unit));
    Size = B.CreateAnd(B.CreateAdd(Size, B.getInt64(SFI_SLOT_SIZE - 1)),
                       ~uint64_t(SFI_SLOT_SIZE - 1));
    AI.setAllocatedType(B.getInt8Ty());
    AI.setOperand(0, Size);
    checkRoom(AI, Size);
    call(AI.getNextNode(), "sfi_local_grant", &AI, Size);
  }

  /// What lies beyond the stack is somebody else's, and the next call would
  /// write there.
  void checkRoom(AllocaInst &AI, Value *Size) {
    Function *Check = getRuntimeFunction(M, "sfi_stack");
    if (!Check)
      return;
    IRBuilder<> B(&AI);
    B.SetCurrentDebugLocation(AI.getDebugLoc());
    CallInst *Call = B.CreateCall(Check, {getSelf(M)});
    Call->setCallingConv(Check->getCallingConv());
    Value *TooBig = B.CreateICmpUGT(Size, number(MaxDynamicLocal));
    SplitBlockAndInsertIfThen(
        TooBig, AI.getIterator(), /*Unreachable=*/true,
        MDBuilder(F.getContext()).createUnlikelyBranchWeights());
  }

  void revokeBelow(Instruction *Before, Value *Top) {
    IRBuilder<> B(Before);
    Value *Here = B.CreateStackSave();
    Value *Size = B.CreateSub(B.CreatePtrToInt(Top, B.getInt64Ty()),
                              B.CreatePtrToInt(Here, B.getInt64Ty()));
    call(Before, "sfi_local_revoke", Here, Size);
  }

  Function &F;
  Module &M;
  const DataLayout &DL;
  AccessMap &Accesses;
  Counters &C;
  SmallVector<Grant> Granted;
};

} // namespace

SmallVector<Grant> grantLocals(Function &F, AccessMap &Accesses, Counters &C) {
  return Granter(F, Accesses, C).run();
}

} // namespace sfi
