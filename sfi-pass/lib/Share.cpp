// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which guards can use one look into the directory.
//
// Most of a guard is the way from an address to the byte with its right. For
// guards of one object, at constant distances from one SSA value, that way is
// gone once: by the first of them, if it is on all ways to the others, and
// before a loop that does not change the value. What each guard keeps is its
// look at the rights themselves, where and when it always was. So nothing is
// allowed that was not, and nothing forbidden: a lookup cannot fail, for any
// value at all. It rests on the runtime's promise that the leaf of a chunk
// stays what it is for as long as the domain lives (abi.h).
//
// Not done: lookups for values that are not the same, but near (an element of a
// table, and the next one); lookups on behalf of guards none of which is on all
// ways to another.

#include "Share.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"

#include "sfi/abi.h"

using namespace llvm;

namespace sfi {

namespace {

class Sharer {
public:
  Sharer(Function &F, Elision &Plan)
      : DL(F.getDataLayout()), DT(F), LI(DT), Plan(Plan) {
    DT.updateDFSNumbers();
  }

  void run() {
    for (unsigned N : sortGroups())
      attach(Plan.Groups[N]);
    dropLonely();
  }

private:
  static Instruction *getPlace(const Group &G) { return G.Members.front()->I; }

  /// Groups that know where slots begin; what dominates comes first.
  SmallVector<unsigned> sortGroups() {
    SmallVector<unsigned> Order;
    for (unsigned N = 0; N < Plan.Groups.size(); ++N)
      if (Plan.Groups[N].Phase >= 0 &&
          DT.isReachableFromEntry(getPlace(Plan.Groups[N])->getParent()))
        Order.push_back(N);
    sort(Order, [&](unsigned A, unsigned B) {
      const Instruction *I = getPlace(Plan.Groups[A]);
      const Instruction *J = getPlace(Plan.Groups[B]);
      if (I == J)
        return A < B;
      if (I->getParent() == J->getParent())
        return I->comesBefore(J);
      return DT.getNode(I->getParent())->getDFSNumIn() <
             DT.getNode(J->getParent())->getDFSNumIn();
    });
    return Order;
  }

  void attach(Group &G) {
    std::optional<Window> W = G.getWindow(DL);
    if (!W || !isInt<32>(W->Begin))
      return;
    int64_t End = W->Begin + W->Slots * SFI_SLOT_SIZE;
    SmallVector<unsigned, 2> &Known = ByBase[G.Base];
    for (unsigned N : Known) {
      Lookup &L = Plan.Lookups[N];
      int64_t From = std::min(L.Begin, W->Begin), To = std::max(L.End, End);
      if (To - From > Lookup::MaxSpan || !reaches(L, G))
        continue;
      L.Begin = From;
      L.End = To;
      ++L.Users;
      G.Lookup = N;
      return;
    }
    G.Lookup = Plan.Lookups.size();
    Known.push_back(G.Lookup);
    Plan.Lookups.push_back({findStart(G), G.Base, W->Begin, End, 1});
  }

  bool reaches(const Lookup &L, const Group &G) {
    const Instruction *I = getPlace(G);
    return L.At == I || DT.dominates(L.At, I);
  }

  /// Before the loops in which the base is the same and that come by at G in
  /// each turn; others might never need it. An asm goto may result in a base
  /// and lead to the loop at once: nothing goes in between.
  Instruction *findStart(const Group &G) {
    Instruction *At = getPlace(G);
    auto *Base = dyn_cast<Instruction>(G.Base);
    while (Loop *L = LI.getLoopFor(At->getParent())) {
      BasicBlock *Before = L->getLoopPredecessor(), *Latch = L->getLoopLatch();
      if (!Before || !Latch || !DT.dominates(At->getParent(), Latch) ||
          (Base && (L->contains(Base) || Base->isTerminator())))
        break;
      At = Before->getTerminator();
    }
    return At;
  }

  /// Is there nothing to be won? Guards of a lone word at a place that need not
  /// be aligned to a slot take no notice of it if each asks for itself.
  static bool isLonely(const Lookup &L, const Group &G) {
    return (L.Users == 1 && L.At == getPlace(G)) ||
           (!G.Sure && L.End - L.Begin == SFI_SLOT_SIZE);
  }

  void dropLonely() {
    SmallVector<int> Number(Plan.Lookups.size(), -1);
    SmallVector<Lookup> Kept;
    for (Group &G : Plan.Groups) {
      if (G.Lookup < 0)
        continue;
      Lookup &L = Plan.Lookups[G.Lookup];
      if (isLonely(L, G)) {
        G.Lookup = -1;
        continue;
      }
      int &New = Number[G.Lookup];
      if (New < 0) {
        New = Kept.size();
        Kept.push_back(L);
      }
      G.Lookup = New;
    }
    Plan.Lookups = std::move(Kept);
  }

  const DataLayout &DL;
  DominatorTree DT;
  LoopInfo LI;
  Elision &Plan;
  DenseMap<Value *, SmallVector<unsigned, 2>> ByBase;
};

} // namespace

void planLookups(Function &F, Elision &Plan) { Sharer(F, Plan).run(); }

} // namespace sfi
