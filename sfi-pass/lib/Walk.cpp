// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which guards in a loop ask the chunk that was found last.
//
// A loop that writes a table's elements, or moves a pointer over a buffer, asks
// the directory for the same chunk in nearly every turn. What was found of it
// is kept: its first address and its leaf, which stay what they are for as long
// as the function runs (abi.h). A guard compares its address with that chunk
// first, and asks the directory, out of line, where it is another. The rights
// themselves each guard looks at as ever, where and when it did.
//
// What is decided here is which guards use the same chunk, and it is a guess:
// those that write elements of one object, or of what is loaded again and again
// from one place. A wrong guess costs time only, since each guard compares.
//
// Not done: guards that are in no loop. They would save four instructions of
// twelve for a second lookup in the code.

#include "Walk.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Operator.h"

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
      : F(F), DL(F.getDataLayout()), DT(F), LI(DT), Plan(Plan) {}

  void run() {
    if (LI.empty())
      return;
    noteStores();
    for (Group &G : Plan.Groups)
      if (G.Lookup < 0 && G.getWindow(DL))
        G.Walk = join(G.Members.front()->I, G.Base);
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

  /// The walk that a guard at At takes part in, for an address that is made of
  /// Base; -1: none.
  int join(Instruction *At, Value *Base) {
    const Origin *O = getOrigin(Base);
    const Loop *Host = nullptr;
    Loop *L = LI.getLoopFor(At->getParent());
    // A guard that few turns come by is not worth the code.
    if (!L || !L->getLoopLatch() ||
        !DT.dominates(At->getParent(), L->getLoopLatch()))
      return -1;
    for (; L && isSteady(O, *L); L = L->getParentLoop())
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
  Elision &Plan;
  DenseMap<std::pair<std::pair<const Origin *, int64_t>, Value *>,
           std::unique_ptr<Origin>>
      Origins;
  DenseMap<const Origin *, SmallVector<const BasicBlock *, 2>> Stores;
  DenseMap<std::pair<const Origin *, const Loop *>, int> Walks;
};

} // namespace

void planWalks(Function &F, Elision &Plan) { Walker(F, Plan).run(); }

} // namespace sfi
