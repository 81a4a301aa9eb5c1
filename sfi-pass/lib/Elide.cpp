// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which accesses need no guard: those in bounds of an own object, those that a
// guard on every path before them has answered for, in the function or in each
// of its callers, those that a neighbour's guard can answer for as well.
//
// The third and second rule stand on one model. A guard makes a fact: these
// bytes, counted from this SSA value, are writable. Facts end at whatever may
// take rights away (Revocation). A fact about a value cannot outlive the value:
// where the value is defined anew (the next turn of a loop) its old facts have
// not come along every path, so the meet over all paths has dropped them.
//
// Rights that another CPU takes away between a guard and its store are not
// seen. That is so for a single store as well: it is a use after free, and the
// window is not closed by guarding twice.
//
// Not done: facts about different SSA values of the same address (two loads of
// one pointer), guards moved out of loops.

#include "Elide.h"
#include "Abi.h"
#include "Remarks.h"

#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/ConstantRange.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace sfi {

Place getPlace(Value *Ptr, const DataLayout &DL) {
  // Address arithmetic alone: no attribute is believed, no alias looked into.
  APInt Offset(64, 0);
  while (auto *GEP = dyn_cast<GEPOperator>(Ptr)) {
    // Where it fails, it has added what stands before the variable index.
    APInt Step(64, 0);
    if (!GEP->accumulateConstantOffset(DL, Step))
      break;
    Offset += Step;
    Ptr = GEP->getPointerOperand();
  }
  return {Ptr, Offset.getSExtValue()};
}

//===----------------------------------------------------------------------===//
// Own objects
//===----------------------------------------------------------------------===//

std::optional<uint64_t> getObjectSize(const Value *Object,
                                      const DataLayout &DL) {
  TypeSize Size = TypeSize::getFixed(0);
  if (auto *AI = dyn_cast<AllocaInst>(Object)) {
    // One that is not static may be gone while its address is still about.
    std::optional<TypeSize> S = AI->getAllocationSize(DL);
    if (!S || !AI->isStaticAlloca())
      return std::nullopt;
    Size = *S;
  } else if (auto *A = dyn_cast<Argument>(Object)) {
    if (!A->hasByValAttr())
      return std::nullopt;
    Size = DL.getTypeAllocSize(A->getParamByValType());
  } else if (auto *G = dyn_cast<GlobalVariable>(Object)) {
    if (!G->hasExactDefinition() || G->isConstant() || G->isThreadLocal() ||
        G->hasSection())
      return std::nullopt;
    Size = DL.getTypeAllocSize(G->getValueType());
  } else {
    return std::nullopt;
  }
  if (Size.isScalable())
    return std::nullopt;
  return Size.getFixedValue();
}

/// Values that V can have, for whatever values its operands have.
static ConstantRange getRange(const Value *V, unsigned Depth = 0) {
  unsigned Bits = V->getType()->getIntegerBitWidth();
  if (auto *C = dyn_cast<ConstantInt>(V))
    return ConstantRange(C->getValue());
  ConstantRange Full = ConstantRange::getFull(Bits);
  auto *O = dyn_cast<Operator>(V);
  if (!O || Depth == 6)
    return Full;
  auto Sub = [&](unsigned N) { return getRange(O->getOperand(N), Depth + 1); };
  switch (O->getOpcode()) {
  case Instruction::And:
    return Sub(0).binaryAnd(Sub(1));
  case Instruction::LShr:
  case Instruction::Shl: {
    // A distance beyond the width means something else to the processor.
    auto *By = dyn_cast<ConstantInt>(O->getOperand(1));
    if (!By || By->getValue().uge(Bits))
      return Full;
    return O->getOpcode() == Instruction::Shl ? Sub(0).shl(Sub(1))
                                              : Sub(0).lshr(Sub(1));
  }
  case Instruction::URem:
    // By zero it is whatever the code generator makes of it.
    if (auto *By = dyn_cast<ConstantInt>(O->getOperand(1));
        !By || By->isZero())
      return Full;
    return Sub(0).urem(Sub(1));
  case Instruction::Add:
    return Sub(0).add(Sub(1));
  case Instruction::Or:
    return Sub(0).binaryOr(Sub(1));
  case Instruction::ZExt:
    return Sub(0).zeroExtend(Bits);
  case Instruction::SExt:
    return Sub(0).signExtend(Bits);
  case Instruction::Trunc:
    return Sub(0).truncate(Bits);
  case Instruction::Select:
    return Sub(1).unionWith(Sub(2));
  default:
    return Full;
  }
}

/// Distances from its base that Ptr can have, if all are from 0 to Limit.
static bool isWithin(const Value *Ptr, const Value *&Base, uint64_t Limit,
                     const DataLayout &DL) {
  const APInt Max(64, Limit);
  uint64_t Most = 0;
  while (auto *GEP = dyn_cast<GEPOperator>(Ptr)) {
    MapVector<Value *, APInt> Variable;
    APInt Constant(64, 0);
    if (!GEP->collectOffset(DL, 64, Variable, Constant) || Constant.ugt(Max))
      return false;
    Most += Constant.getZExtValue();
    for (auto &[Index, Scale] : Variable) {
      if (Index->getType()->getIntegerBitWidth() > 64 || Scale.ugt(Max) ||
          Scale.isZero())
        return false;
      // Indices count as signed: one that may be negative is not in range.
      ConstantRange R = getRange(Index);
      if (R.getSignedMin().isNegative() ||
          R.getSignedMax().getActiveBits() > 32)
        return false;
      uint64_t Reach = R.getSignedMax().getZExtValue() * Scale.getZExtValue();
      if (Reach > Limit)
        return false;
      Most += Reach;
    }
    if (Most > Limit)
      return false;
    Ptr = GEP->getPointerOperand();
  }
  Base = Ptr;
  return true;
}

Value *getOwnObject(const Access &A, const DataLayout &DL) {
  if (A.Kind != Extent::Fixed)
    return nullptr;
  Value *Object = A.Ptr;
  while (auto *GEP = dyn_cast<GEPOperator>(Object))
    Object = GEP->getPointerOperand();
  std::optional<uint64_t> Size = getObjectSize(Object, DL);
  if (!Size || *Size > INT32_MAX || A.Size > *Size)
    return nullptr;
  const Value *Base = nullptr;
  if (!isWithin(A.Ptr, Base, *Size - A.Size, DL) || Base != Object)
    return nullptr;
  return Object;
}

//===----------------------------------------------------------------------===//
// Revocation
//===----------------------------------------------------------------------===//

Revocation::Revocation(Module &M, const Policy &P) : P(P) {
  for (Function &F : M)
    if (F.hasExactDefinition())
      Keeping.insert(&F);
  // What is left when no more can be refuted.
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (Function &F : M)
      if (Keeping.contains(&F) &&
          any_of(instructions(F), [&](Instruction &I) { return revokes(I); })) {
        Keeping.erase(&F);
        Changed = true;
      }
  }
}

bool Revocation::revokes(const Instruction &I) const {
  auto *CB = dyn_cast<CallBase>(&I);
  return CB && revokesCall(*CB);
}

/// What the late phase itself calls.
static bool isRuntimeFunction(StringRef Name) {
#define R(Symbol, Result, Params, Convention)                                  \
  if (Name == #Symbol)                                                         \
    return true;
  SFI_RUNTIME_SYMBOLS(R)
#undef R
  return false;
}

bool Revocation::revokesCall(const CallBase &CB) const {
  if (CB.isInlineAsm())
    return false;
  auto *F = dyn_cast<Function>(CB.getCalledOperand()->stripPointerCasts());
  if (!F)
    return true;
  if (F->isIntrinsic())
    // Ends the life, and the rights, of what was allocated since.
    return F->getIntrinsicID() == Intrinsic::stackrestore;
  // In front of a return, or of a call that takes the function's place.
  if (F->getName() == "sfi_local_revoke")
    return true;
  if (CB.hasFnAttr(DirectCallAttr) || Keeping.contains(F) ||
      isRuntimeFunction(F->getName()))
    return false;
  return !F->isDeclaration() || P.revokes(F->getName());
}

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

/// End of the range, or nothing if it is not representable.
static std::optional<ByteRange> toRange(Place At, uint64_t Size) {
  int64_t End;
  if (Size > INT32_MAX || AddOverflow<int64_t>(At.Offset, Size, End))
    return std::nullopt;
  return ByteRange{At.Offset, End};
}

void Facts::add(Place At, uint64_t Size) {
  std::optional<ByteRange> New = toRange(At, Size);
  if (!New)
    return;
  SmallVector<ByteRange, 2> Merged;
  for (ByteRange R : Ranges[At.Base]) {
    if (R.End < New->Begin || R.Begin > New->End) {
      Merged.push_back(R);
      continue;
    }
    New->Begin = std::min(New->Begin, R.Begin);
    New->End = std::max(New->End, R.End);
  }
  Merged.push_back(*New);
  sort(Merged, [](ByteRange A, ByteRange B) { return A.Begin < B.Begin; });
  Ranges[At.Base] = std::move(Merged);
}

bool Facts::covers(Place At, uint64_t Size) const {
  std::optional<ByteRange> Asked = toRange(At, Size);
  auto It = Ranges.find(At.Base);
  if (!Asked || It == Ranges.end())
    return false;
  return any_of(It->second, [&](ByteRange R) {
    return R.Begin <= Asked->Begin && Asked->End <= R.End;
  });
}

bool Facts::meet(const Facts &Other) {
  bool Changed = false;
  SmallVector<Value *> Gone;
  for (auto &[Base, Mine] : Ranges) {
    auto It = Other.Ranges.find(Base);
    SmallVector<ByteRange, 2> Both;
    if (It != Other.Ranges.end())
      for (ByteRange A : Mine)
        for (ByteRange B : It->second)
          if (std::max(A.Begin, B.Begin) < std::min(A.End, B.End))
            Both.push_back(
                {std::max(A.Begin, B.Begin), std::min(A.End, B.End)});
    Changed |= !equal(Both, Mine, [](ByteRange A, ByteRange B) {
      return A.Begin == B.Begin && A.End == B.End;
    });
    Mine = std::move(Both);
    if (Mine.empty())
      Gone.push_back(Base);
  }
  for (Value *Base : Gone)
    Ranges.erase(Base);
  return Changed;
}

Facts Facts::passedBy(const CallBase &CB, Function &Callee,
                      const DataLayout &DL) const {
  Facts Passed;
  for (Argument &A : Callee.args()) {
    // Of what is passed by value the callee has a copy.
    if (!A.getType()->isPointerTy() || A.hasPassPointeeByValueCopyAttr() ||
        A.getArgNo() >= CB.arg_size())
      continue;
    Place At = getPlace(CB.getArgOperand(A.getArgNo()), DL);
    auto It = Ranges.find(At.Base);
    if (It == Ranges.end())
      continue;
    for (ByteRange R : It->second) {
      int64_t Begin;
      if (!SubOverflow(R.Begin, At.Offset, Begin))
        Passed.add({&A, Begin}, R.End - R.Begin);
    }
  }
  return Passed;
}

//===----------------------------------------------------------------------===//
// Callers
//===----------------------------------------------------------------------===//

void CallerFacts::note(const CallBase &CB, const Facts &S,
                       const DataLayout &DL) {
  Function *F = CB.getCalledFunction();
  if (!F || F->isDeclaration() || !F->hasLocalLinkage())
    return;
  Facts Passed = S.passedBy(CB, *F, DL);
  Callee &C = Callees[F];
  if (C.Calls++)
    C.Common.meet(Passed);
  else
    C.Common = std::move(Passed);
}

Facts CallerFacts::atEntry(const Function &F) const {
  auto It = Callees.find(&F);
  // Other uses are of its address, or calls that have not been planned yet.
  if (It == Callees.end() || It->second.Calls != F.getNumUses())
    return {};
  return It->second.Common;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// The bytes that the members write, merged where they overlap or touch.
static SmallVector<ByteRange, 4> getRuns(const Group &G, const DataLayout &DL) {
  SmallVector<ByteRange, 4> All, Runs;
  for (const Access *A : G.Members) {
    int64_t Begin = getPlace(A->Ptr, DL).Offset;
    All.push_back({Begin, int64_t(Begin + A->Size)});
  }
  sort(All, [](ByteRange A, ByteRange B) { return A.Begin < B.Begin; });
  for (ByteRange R : All) {
    if (!Runs.empty() && R.Begin <= Runs.back().End)
      Runs.back().End = std::max(Runs.back().End, R.End);
    else
      Runs.push_back(R);
  }
  return Runs;
}

std::optional<Window> Group::getWindow(const DataLayout &DL) const {
  const Access &First = *Members.front();
  Window W;
  W.Runs = getRuns(*this, DL);
  int64_t From = W.Runs.front().Begin, To = W.Runs.back().End;
  W.Begin = From - ((From - std::max<int64_t>(Phase, 0)) & (SFI_SLOT_SIZE - 1));
  uint64_t Needed = divideCeil(To - W.Begin, SFI_SLOT_SIZE);
  W.IsWord = W.Runs.size() == 1 && isPowerOf2_64(First.Size) &&
             First.Size <= SFI_SLOT_SIZE && uint64_t(To - From) == First.Size;
  W.IsSpan = Phase < 0 && Members.size() > 1 && To - From <= SFI_SLOT_SIZE &&
             !W.IsWord;
  if (!W.IsWord && (Needed > 8 || !isInt<32>(From)))
    return std::nullopt;
  W.Slots = PowerOf2Ceil(Needed);
  W.Mask = 0;
  for (ByteRange R : W.Runs)
    for (int64_t At = R.Begin; At < R.End; ++At)
      W.Mask |= uint64_t(SFI_RIGHT_WRITE) << (At - W.Begin) / SFI_SLOT_SIZE * 8;
  return W;
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

namespace {

class Planner {
public:
  Planner(Function &F, ArrayRef<const Access *> Accesses,
          ArrayRef<Grant> Granted, const Revocation &R, CallerFacts &Callers)
      : F(F), DL(F.getDataLayout()), R(R), Callers(Callers) {
    for (const Access *A : Accesses)
      ByInst[A->I].push_back(A);
    for (const Grant &G : Granted)
      Grants[G.At] = G.Object;
  }

  Elision run() {
    solve(AtBegin, /*Forgetful=*/true);
    if (wantsRemarks(F))
      solve(WithoutCalls, /*Forgetful=*/false);
    collectPhases();
    for (BasicBlock &BB : F)
      planBlock(BB);
    return std::move(Plan);
  }

private:
  /// What I leaves of the facts, and adds: whether a guard of its own or an
  /// earlier one answers for an access, behind it the access is allowed.
  void transfer(Instruction &I, Facts &S, bool Forgetful = true) {
    for (const Access *A : ByInst.lookup(&I))
      if (A->Kind == Extent::Fixed)
        S.add(getPlace(A->Ptr, DL), A->Size);
    if (Forgetful && R.revokes(I))
      S.clear();
    if (Value *Object = Grants.lookup(&I))
      if (std::optional<uint64_t> Size = getObjectSize(Object, DL))
        S.add({Object, 0}, *Size);
  }

  /// Facts at each block's begin: greatest solution over all paths. Forgetful
  /// is right; the other tells what calls have cost.
  void solve(DenseMap<const BasicBlock *, Facts> &AtBegin, bool Forgetful) {
    ReversePostOrderTraversal<Function *> Order(&F);
    AtBegin[&F.getEntryBlock()] = Callers.atEntry(F);
    for (bool Changed = true; Changed;) {
      Changed = false;
      for (BasicBlock *BB : Order) {
        Facts S = AtBegin[BB];
        for (Instruction &I : *BB)
          transfer(I, S, Forgetful);
        for (BasicBlock *Next : successors(BB)) {
          auto [It, First] = AtBegin.try_emplace(Next, S);
          Changed |= First || It->second.meet(S);
        }
      }
    }
  }

  /// Takes from well aligned accesses where the slots of a base begin. It is a
  /// hint: guards test it.
  void collectPhases() {
    for (Instruction &I : instructions(F)) {
      for (const Access *A : ByInst.lookup(&I))
        notePhase(A->Ptr, A->Alignment);
      if (auto *LI = dyn_cast<LoadInst>(&I))
        notePhase(LI->getPointerOperand(), LI->getAlign());
    }
  }

  void notePhase(Value *Ptr, Align A) {
    if (A < Align(4))
      return;
    Place At = getPlace(Ptr, DL);
    if (A >= Align(SFI_SLOT_SIZE))
      Phases.try_emplace(At.Base, toPhase(At.Offset));
    else
      Structures.insert(At.Base);
  }

  static int64_t toPhase(int64_t Offset) {
    return Offset & (SFI_SLOT_SIZE - 1);
  }

  /// Where slots begin behind Base, or -1.
  int64_t getPhase(Value *Base) {
    if (auto It = Phases.find(Base); It != Phases.end())
      return It->second;
    // Bytes and halfwords alone are as likely to be a buffer's.
    return Structures.contains(Base) ? guessPhase(Base) : -1;
  }

  /// As if every object began with a slot.
  int64_t guessPhase(Value *Base) {
    if (auto It = Phases.find(Base); It != Phases.end())
      return It->second;
    auto *GEP = dyn_cast<GEPOperator>(Base);
    if (!GEP)
      return 0;
    MapVector<Value *, APInt> Variable;
    APInt Constant(64, 0);
    if (!GEP->collectOffset(DL, 64, Variable, Constant) ||
        any_of(Variable, [](auto &Index) {
          return Index.second.countr_zero() < SFI_SLOT_SHIFT;
        }))
      return -1;
    Place Up = getPlace(GEP->getPointerOperand(), DL);
    int64_t Phase = guessPhase(Up.Base);
    return Phase < 0 ? -1
                     : toPhase(Phase - Up.Offset - Constant.getSExtValue());
  }

  void planBlock(BasicBlock &BB) {
    auto Start = AtBegin.find(&BB);
    Facts S;
    if (Start != AtBegin.end())
      S = Start->second;
    Facts Kept = WithoutCalls.lookup(&BB);
    Open.clear();
    for (Instruction &I : BB) {
      for (const Access *A : ByInst.lookup(&I))
        if (!planAccess(*A, S) && wantsRemarks(F))
          Plan.Why[A] = explain(*A, Kept);
      if (isBarrier(I))
        Open.clear();
      if (auto *CB = dyn_cast<CallBase>(&I))
        Callers.note(*CB, S, DL);
      transfer(I, S);
      transfer(I, Kept, /*Forgetful=*/false);
    }
  }

  /// May I end the block early, or change rights in either direction?
  static bool isBarrier(const Instruction &I) {
    auto *CB = dyn_cast<CallBase>(&I);
    return CB && !CB->isInlineAsm() && !isa<IntrinsicInst>(CB);
  }

  /// False if A is what a guard begins with.
  bool planAccess(const Access &A, const Facts &S) {
    if (A.CheckedByCallee)
      return false;
    if (A.Kind != Extent::Fixed) {
      Plan.Alone.push_back(&A);
      return false;
    }
    Place At = getPlace(A.Ptr, DL);
    if (S.covers(At, A.Size)) {
      Plan.Dominated.push_back(&A);
      return true;
    }
    auto It = Open.find(At.Base);
    if (It != Open.end() && fits(Plan.Groups[It->second], At, A.Size)) {
      Plan.Groups[It->second].Members.push_back(&A);
      return true;
    }
    Open[At.Base] = Plan.Groups.size();
    Plan.Groups.push_back(
        {{&A}, At.Base, getPhase(At.Base), Phases.contains(At.Base)});
    return false;
  }

  Reason explain(const Access &A, const Facts &Kept) {
    if (A.CheckedByCallee)
      return {"CheckedInBulk", "a function of the runtime checks its range"};
    if (A.Kind != Extent::Fixed)
      return {"UnknownExtent", "its extent is known only when it runs"};
    Place At = getPlace(A.Ptr, DL);
    if (Kept.covers(At, A.Size))
      return {"Revoked", "an earlier guard answered for it, but " +
                             findRevoker(*A.I) +
                             " in between may take the right away"};
    const Value *V = At.Base;
    if (isa<Argument>(V))
      return {"Parameter", "first use of a pointer that the caller gave"};
    if (isa<LoadInst>(V))
      return {"Loaded", "first use of a pointer that was loaded from memory"};
    if (isa<CallBase>(V))
      return {"Returned", "first use of a pointer that a call returned"};
    if (isa<GEPOperator>(V))
      return {"Index", "the index of the element is not known"};
    if (isa<PHINode>(V) || isa<SelectInst>(V))
      return {"Merged", "the pointer is one of several"};
    if (isa<GlobalVariable>(V) || isa<AllocaInst>(V))
      return {"Exposed", "others may know of the object, the kernel too"};
    return {"Computed", "the address is computed from a number"};
  }

  /// The nearest call before I that may revoke.
  std::string findRevoker(const Instruction &I) {
    SmallVector<const BasicBlock *> Work;
    DenseSet<const BasicBlock *> Seen;
    const Instruction *From = I.getPrevNode();
    for (const BasicBlock *BB = I.getParent();;) {
      for (; From; From = From->getPrevNode())
        if (R.revokes(*From)) {
          const Function *Callee = cast<CallBase>(From)->getCalledFunction();
          return Callee ? "the call of '" + Callee->getName().str() + "'"
                        : "an indirect call";
        }
      Work.append(pred_begin(BB), pred_end(BB));
      do {
        if (Work.empty())
          return "a call";
        BB = Work.pop_back_val();
      } while (!Seen.insert(BB).second);
      From = BB->getTerminator();
    }
  }

  /// Can one guard answer for G and [At, At + Size)? It loads up to eight
  /// slots' bytes or, where slots may begin anywhere, those of two.
  bool fits(const Group &G, Place At, uint64_t Size) {
    if (Size > MaxSpan || !isInt<32>(At.Offset))
      return false;
    int64_t Begin = At.Offset, End = At.Offset + Size;
    for (const Access *A : G.Members) {
      int64_t Offset = getPlace(A->Ptr, DL).Offset;
      if (!isInt<32>(Offset))
        return false;
      Begin = std::min(Begin, Offset);
      End = std::max<int64_t>(End, Offset + A->Size);
    }
    if (G.Phase < 0)
      return End - Begin <= SFI_SLOT_SIZE;
    Begin -= (Begin - G.Phase) & (SFI_SLOT_SIZE - 1);
    return End - Begin <= MaxSpan;
  }

  static constexpr int64_t MaxSpan = 8 * SFI_SLOT_SIZE;

  Function &F;
  const DataLayout &DL;
  const Revocation &R;
  CallerFacts &Callers;
  DenseMap<const Instruction *, SmallVector<const Access *, 1>> ByInst;
  DenseMap<const Instruction *, Value *> Grants;
  DenseMap<const BasicBlock *, Facts> AtBegin, WithoutCalls;
  DenseMap<Value *, int64_t> Phases;
  DenseSet<Value *> Structures;   ///< bases of accesses aligned to 4 at least
  DenseMap<Value *, size_t> Open; ///< last group of each base in this block
  Elision Plan;
};

} // namespace

Elision planGuards(Function &F, ArrayRef<const Access *> Accesses,
                   ArrayRef<Grant> Granted, const Revocation &R,
                   CallerFacts &Callers) {
  return Planner(F, Accesses, Granted, R, Callers).run();
}

} // namespace sfi
