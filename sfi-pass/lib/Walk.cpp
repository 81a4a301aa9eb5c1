// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which guards in a loop ask what was found last: a chunk, or a range.
//
// A loop that writes a table's elements, or moves a pointer over a buffer, asks
// the directory for the same chunk in nearly every turn. What was found of it
// is kept: its first address and its leaf, which stay what they are for as long
// as the function runs (abi.h). A guard compares its address with that chunk
// first, and asks the directory, out of line, where it is another. The rights
// themselves each guard looks at as ever, where and when it did.
//
// A loop that writes neighbours one after the other finds them in eight slots
// that may all be written. Where nothing in it can take rights away, and it can
// wait for nobody who does, it keeps these: until it has passed them, a guard is
// one comparison. That is a fact like those of Elide.cpp, of addresses where they
// are of values. It holds for no more than 64 turns: the loop has no other in it,
// and each turn goes on.
//
// What else is decided here is a guess: that guards use the same chunk which
// write elements of one object, or of what is loaded again and again from one
// place, and the same range those at constant distances from one value. A wrong
// guess costs time only, since each guard compares.
//
// Not done: guards that are in no loop. They would save four instructions of
// twelve for a second lookup in the code.

#include "Walk.h"

#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

#include "sfi/abi.h"

using namespace llvm;

namespace sfi {

namespace {

/// Where a pointer comes from: a value, or what was loaded from a constant
/// distance to such a pointer.
struct Origin {
  const Origin *From; ///< null: it is Anchor
  int64_t Offset;
  Value *Anchor;
};

class Walker {
public:
  Walker(Function &F, Elision &Plan)
      : F(F), DL(F.getDataLayout()), DT(F), LI(DT), AC(F),
        Libraries(Triple(F.getParent()->getTargetTriple())), TLI(Libraries),
        SE(F, TLI, AC, DT, LI), Plan(Plan) {}

  void run() {
    if (LI.empty())
      return;
    noteStores();
    for (Group &G : Plan.Groups) {
      std::optional<Window> W = G.getWindow(DL);
      if (G.Lookup >= 0 || !W)
        continue;
      const Access &First = *G.Members.front();
      if ((W->IsWord || W->IsSpan) && passesSlots(First))
        G.Walk = keepRange(First.I, G.Base, W->size());
      else
        G.Walk = join(First.I, G.Base);
    }
    for (Lookup &L : Plan.Lookups)
      L.Walk = join(L.At, L.Base);
  }

private:
  static Value *strip(Value *V) {
    while (auto *GEP = dyn_cast<GEPOperator>(V))
      V = GEP->getPointerOperand();
    return V;
  }

  /// Where a pointer that moves by steps began; the pointer itself if it does
  /// not.
  static Value *findBegin(PHINode *Phi) {
    Value *Begin = nullptr;
    for (Value *V : Phi->incoming_values()) {
      V = strip(V);
      if (V == Phi || V == Begin)
        continue;
      if (Begin)
        return Phi;
      Begin = V;
    }
    return Begin ? Begin : Phi;
  }

  const Origin *intern(const Origin *From, int64_t Offset, Value *Anchor) {
    std::unique_ptr<Origin> &O = Origins[{{From, Offset}, Anchor}];
    if (!O)
      O = std::make_unique<Origin>(Origin{From, Offset, Anchor});
    return O.get();
  }

  const Origin *getOrigin(Value *V, unsigned Depth = 0) {
    V = strip(V);
    if (auto *Phi = dyn_cast<PHINode>(V))
      V = findBegin(Phi);
    if (auto *Load = dyn_cast<LoadInst>(V); Load && Depth < 4) {
      Place At = getPlace(Load->getPointerOperand(), DL);
      // Elements of a table of pointers have nothing to do with each other.
      if (!isa<GEPOperator>(At.Base))
        return getLoaded(At, Depth);
    }
    return intern(nullptr, 0, V);
  }

  const Origin *getLoaded(Place At, unsigned Depth) {
    const Origin *From = getOrigin(At.Base, Depth + 1);
    return intern(From, At.Offset, From->Anchor);
  }

  void noteStores() {
    for (Instruction &I : instructions(F))
      if (auto *Store = dyn_cast<StoreInst>(&I)) {
        Place At = getPlace(Store->getPointerOperand(), DL);
        if (!isa<GEPOperator>(At.Base))
          Stores[getLoaded(At, 0)].push_back(Store->getParent());
      }
  }

  /// Is a pointer of that origin likely to be the same in all turns of L?
  bool isSteady(const Origin *O, const Loop &L) {
    if (auto *I = dyn_cast<Instruction>(O->Anchor); I && L.contains(I))
      return false;
    for (; O->From; O = O->From)
      if (any_of(Stores.lookup(O),
                 [&](const BasicBlock *BB) { return L.contains(BB); }))
        return false;
    return true;
  }

  /// The innermost loop around At; null if not each of its turns comes by: a
  /// guard that few do is not worth the code.
  Loop *getLoop(Instruction *At) {
    Loop *L = LI.getLoopFor(At->getParent());
    return L && L->getLoopLatch() &&
                   DT.dominates(At->getParent(), L->getLoopLatch())
               ? L
               : nullptr;
  }

  /// Does A pass one slot after the other, for some turns, in a loop that does
  /// nothing else?
  bool passesSlots(const Access &A) {
    Loop *L = getLoop(A.I);
    if (!L || !L->getLoopPredecessor() || !isQuiet(*L))
      return false;
    auto *Moves = dyn_cast<SCEVAddRecExpr>(SE.getSCEV(A.Ptr));
    if (!Moves || Moves->getLoop() != L)
      return false;
    auto *Step = dyn_cast<SCEVConstant>(Moves->getStepRecurrence(SE));
    unsigned Turns = SE.getSmallConstantTripCount(L);
    return Step && Step->getAPInt().abs().ule(SFI_SLOT_SIZE) &&
           (!Turns || Turns >= FewTurns);
  }

  /// In fewer a range that has to be found first is no gain.
  static constexpr unsigned FewTurns = 8;

  /// Nothing in L takes rights away, as a call may, or waits for another context
  /// that does, or repeats itself within a turn.
  bool isQuiet(const Loop &L) {
    return L.isInnermost() && !isTangled() &&
           none_of(L.blocks(), [](const BasicBlock *BB) {
             return any_of(*BB, [](const Instruction &I) {
               auto *CB = dyn_cast<CallBase>(&I);
               return I.isAtomic() || I.isVolatile() ||
                      (CB && !(isa<IntrinsicInst>(CB) &&
                               CB->doesNotAccessMemory()));
             });
           });
  }

  /// Are there ways around that are no loop's?
  bool isTangled() {
    if (!Tangled) {
      ReversePostOrderTraversal<const Function *> Order(&F);
      Tangled = containsIrreducibleCFG<const BasicBlock *>(Order, LI);
    }
    return *Tangled;
  }

  /// The walk with a range for Size bytes that are at a constant distance from
  /// Base.
  int keepRange(Instruction *At, Value *Base, uint64_t Size) {
    Loop *L = getLoop(At);
    auto [It, New] = Ranges.try_emplace({{Base, Size}, L}, Plan.Walks.size());
    if (New)
      Plan.Walks.push_back(
          {L->getLoopPredecessor()->getTerminator(), nullptr, Size});
    return It->second;
  }

  /// The walk that a guard at At takes part in, for an address that is made of
  /// Base; -1: none.
  int join(Instruction *At, Value *Base) {
    const Origin *O = getOrigin(Base);
    const Loop *Host = nullptr;
    for (Loop *L = getLoop(At); L && isSteady(O, *L); L = L->getParentLoop())
      if (L->getLoopPredecessor())
        Host = L;
    if (!Host)
      return -1;
    auto [It, New] = Walks.try_emplace({O, Host}, Plan.Walks.size());
    if (New) {
      Instruction *Before = Host->getLoopPredecessor()->getTerminator();
      // What an asm goto results in is not known in front of it.
      bool Known = !O->From && O->Anchor != Before;
      Plan.Walks.push_back({Before, Known ? O->Anchor : nullptr});
    }
    return It->second;
  }

  Function &F;
  const DataLayout &DL;
  DominatorTree DT;
  LoopInfo LI;
  AssumptionCache AC;
  TargetLibraryInfoImpl Libraries;
  TargetLibraryInfo TLI;
  ScalarEvolution SE; ///< its steps bound for how long a range is kept
  Elision &Plan;
  DenseMap<std::pair<std::pair<const Origin *, int64_t>, Value *>,
           std::unique_ptr<Origin>>
      Origins;
  DenseMap<const Origin *, SmallVector<const BasicBlock *, 2>> Stores;
  DenseMap<std::pair<const Origin *, const Loop *>, int> Walks;
  DenseMap<std::pair<std::pair<Value *, uint64_t>, const Loop *>, int> Ranges;
  std::optional<bool> Tangled; ///< not asked yet
};

} // namespace

void planWalks(Function &F, Elision &Plan) { Walker(F, Plan).run(); }

} // namespace sfi
