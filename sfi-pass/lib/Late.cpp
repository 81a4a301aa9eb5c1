// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The late phase, in order: refuse what cannot be isolated; drop assumptions;
// classify every instruction; rights for locals; plan and emit guards; calls;
// stack checks; traps; source locations. Looking comes before changing: all
// functions are classified before any gets code, so that whether an object is
// private is asked of the program as it was.
//
// No clean-up passes run afterwards: there is nothing that they are sure not
// to take a guard for.

#include "Late.h"
#include "Abi.h"
#include "Access.h"
#include "Calls.h"
#include "Diag.h"
#include "Elide.h"
#include "Guard.h"
#include "Harden.h"
#include "LineTable.h"
#include "Locals.h"
#include "MemIntrinsics.h"
#include "Remarks.h"
#include "Share.h"
#include "Walk.h"

#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace sfi {

namespace {

class LatePhase {
public:
  LatePhase(Module &M, const Policy &P, Counters &C)
      : M(M), P(P), C(C), DL(M.getDataLayout()), Lines(M), Guards(M, Lines),
        Calls(M, C) {}

  void run() {
    collectFunctions();
    if (!look())
      return;
    Revocation R(M, P);
    DenseSet<Function *> Recursive = findRecursive(M, P);
    // All of it is asked before anything is changed.
    for (GlobalVariable &G : M.globals())
      if (isOwnAlone(&G))
        G.addAttribute(AloneAttr);
    CallerFacts Callers;
    for (Function *F : callersFirst())
      instrument(*F, R, Callers);
    for (Function *F : Code) {
      if (Recursive.contains(F))
        checkStack(*F, C);
      closeEnds(*F);
      Lines.markFunction(*F);
    }
    if (!Code.empty())
      Lines.finish();
    verify();
  }

private:
  /// Functions that will be in the object.
  void collectFunctions() {
    for (Function &F : M)
      if (!F.isDeclaration() && !F.hasAvailableExternallyLinkage())
        Code.push_back(&F);
  }

  /// The same, each behind all that call it, as far as that can be.
  SmallVector<Function *> callersFirst() {
    SetVector<Function *> Order;
    CallGraph Graph(M);
    for (auto I = scc_begin(&Graph); !I.isAtEnd(); ++I)
      for (CallGraphNode *Node : *I)
        if (is_contained(Code, Node->getFunction()))
          Order.insert(Node->getFunction());
    // What nobody calls is not in the graph's reach.
    Order.insert(Code.begin(), Code.end());
    return SmallVector<Function *>(reverse(Order));
  }

  /// What cannot be told from an instruction.
  bool isAcceptable(Module &M) {
    bool Ok = true;
    if (!M.ifunc_empty()) {
      error(M, "isolated code cannot contain functions chosen at load time");
      Ok = false;
    }
    // The linker may choose another unit's, of another type.
    for (const GlobalValue &G : M.global_values())
      if (!G.isDeclarationForLinker() && G.isInterposable() &&
          isa<Function>(G.getAliaseeObject())) {
        error(M, "isolated code cannot contain a weak function: '" +
                     G.getName() + "'");
        Ok = false;
      }
    for (StringRef List : {"llvm.global_ctors", "llvm.global_dtors"})
      if (M.getNamedGlobal(List)) {
        error(M, "isolated code cannot contain constructors or destructors: "
                 "the kernel would call them without a gate");
        Ok = false;
      }
    for (GlobalVariable &G : M.globals()) {
      // The linker may choose another unit's, of another size.
      if (!G.isDeclaration() && G.isInterposable() && !G.isConstant()) {
        error(M, "isolated code cannot contain a weak variable: '" +
                     G.getName() + "'");
        Ok = false;
      }
      if (G.isThreadLocal()) {
        error(M, "isolated code cannot contain a thread-local variable: '" +
                     G.getName() + "'");
        Ok = false;
      }
    }
    return Ok;
  }

  /// Classifies everything. False if there was an error.
  bool look() {
    bool Ok = isAcceptable(M);
    // Another unit may have it without "const": what was loaded before a guard
    // is not to be loaded again behind it.
    for (GlobalVariable &G : M.globals())
      if (G.isDeclaration())
        G.setConstant(false);
    for (Function *F : Code) {
      Ok &= isAcceptable(*F);
      dropAssumptions(*F);
      for (Instruction &I : instructions(*F)) {
        SmallVector<Access, 1> Writes;
        Ok &= classify(I, Writes);
        C.stores += Writes.size();
        if (!Writes.empty())
          Accesses[&I] = std::move(Writes);
      }
    }
    return Ok;
  }

  /// What cannot be told from a function's instructions: ways to be entered and
  /// left that are not a call and a return.
  bool isAcceptable(const Function &F) {
    if (F.hasFnAttribute(Attribute::Naked)) {
      error(F, "isolated code cannot contain a function that is all assembly");
      return false;
    }
    if (F.hasPrologueData()) {
      error(F, "isolated code cannot contain a function that begins with data");
      return false;
    }
    if (frameSize(F) > MaxFrame) {
      error(F, "isolated code cannot contain a function with locals of more "
               "than 3072 bytes");
      return false;
    }
    if (mayUseVectors(F)) {
      error(F, "isolated code cannot contain a function that may use floating "
               "point or vector registers: they are of whom it interrupts");
      return false;
    }
    if (!isOrdinaryCall(F.getCallingConv(), F.getAttributes())) {
      error(F, "isolated code cannot contain a function with a calling "
               "convention of its own");
      return false;
    }
    return true;
  }

  /// Who calls it would also pass structures in other places than others do,
  /// under one type. The registers are in no other feature's reach.
  static bool mayUseVectors(const Function &F) {
    SmallVector<StringRef> Features;
    F.getFnAttribute("target-features").getValueAsString().split(Features, ',');
    return any_of(Features, [](StringRef Feature) {
      return Feature == "+x87" || Feature == "+mmx" || Feature == "+sse" ||
             Feature == "+amx-tile";
    });
  }

  /// A frame may not reach beyond the guard page of a stack.
  static constexpr uint64_t MaxFrame = 3072;

  /// Of locals and, for the call that needs most, arguments by value.
  uint64_t frameSize(const Function &F) {
    uint64_t Size = 0, Most = 0;
    for (const Instruction &I : instructions(F)) {
      if (auto *AI = dyn_cast<AllocaInst>(&I); AI && AI->isStaticAlloca())
        Size = SaturatingAdd(Size, getObjectSize(AI, DL).value_or(0));
      auto *CB = dyn_cast<CallBase>(&I);
      uint64_t Copied = 0;
      for (unsigned N = 0; CB && N < CB->arg_size(); ++N)
        if (Type *Ty = CB->getParamByValType(N))
          Copied = SaturatingAdd<uint64_t>(Copied, DL.getTypeAllocSize(Ty));
      Most = std::max(Most, Copied);
    }
    return SaturatingAdd(Size, Most);
  }

  void instrument(Function &F, const Revocation &R, CallerFacts &Callers) {
    SmallVector<Grant> Granted = grantLocals(F, Accesses, C);
    SmallVector<const Access *> Guarded;
    SmallVector<Access> Intrinsics;
    for (Instruction &I : instructions(F)) {
      auto It = Accesses.find(&I);
      if (It == Accesses.end())
        continue;
      for (Access &A : It->second) {
        bool Elided = isElided(A);
        A.CheckedByCallee = !Elided && isForRuntime(A);
        if (!Elided)
          Guarded.push_back(&A);
        if (isa<AnyMemIntrinsic>(I))
          Intrinsics.push_back(A);
      }
    }
    Elision Plan = planGuards(F, Guarded, Granted, R, Callers);
    planLookups(F, Plan);
    planWalks(F, Plan);
    explain(Plan);
    emit(F, Plan);
    for (const Access &A : Intrinsics) {
      Accesses.erase(A.I);
      C.guards += A.CheckedByCallee;
      if (A.CheckedByCallee)
        callRuntime(A);
      else
        expand(A);
    }
    Calls.guard(F);
  }

  /// Does A stay in an own object that nobody else can know of?
  bool isElided(const Access &A) {
    Value *Object = getOwnObject(A, DL);
    if (!Object || !canExpand(A) || !(A.Unexposed || isOwnAlone(Object)))
      return false;
    bool IsGlobal = isa<GlobalVariable>(Object);
    ++(IsGlobal ? C.elided_global : C.elided_local);
    remarkRemoved(A, IsGlobal ? "OwnVariable" : "OwnLocal",
                  "within an object that nobody else knows of");
    return true;
  }

  bool isOwnAlone(const Value *Object) {
    auto [It, New] = Private.try_emplace(Object, false);
    if (!New)
      return It->second;
    auto *G = dyn_cast<GlobalVariable>(Object);
    bool Alone = (!G || G->hasLocalLinkage()) &&
                 findExposure(Object, Accesses, DL).isPrivate();
    return Private[Object] = Alone;
  }

  void emit(Function &F, const Elision &Plan) {
    Guards.startFunction(Plan);
    for (const Group &G : Plan.Groups)
      Guards.guardGroup(G);
    for (const Access *A : Plan.Alone)
      Guards.guardAlone(*A);
    Guards.finishFunction(F);
    C.guards += Plan.Groups.size() + Plan.Alone.size();
    C.elided_dominated += Plan.Dominated.size();
    for (const Group &G : Plan.Groups)
      C.elided_folded += G.Members.size() - 1;
  }

  /// Says what became of each access that is not to an own object.
  void explain(const Elision &Plan) {
    for (auto &[A, Why] : Plan.Why)
      remarkGuarded(*A, Why.Name, Why.Text);
    for (const Access *A : Plan.Dominated)
      remarkRemoved(*A, "Dominated",
                    "an earlier guard answers for it, here or in each caller");
    for (const Group &G : Plan.Groups) {
      for (const Access *A : drop_begin(G.Members))
        remarkRemoved(*A, "Folded", "the guard of a neighbour answers for it");
      if (G.Lookup >= 0)
        remarkShared(*G.Members.front(), Plan.Lookups[G.Lookup].Users);
      if (G.Walk >= 0)
        remarkWalk(*G.Members.front(), Plan.Walks[G.Walk].Size);
    }
  }

  /// A module that is not well formed is our own mistake: no object file.
  void verify() {
    std::string Text;
    raw_string_ostream OS(Text);
    if (verifyModule(M, &OS))
      report_fatal_error(Twine("sfi-pass has made a broken module: ") + Text);
  }

  Module &M;
  const Policy &P;
  Counters &C;
  const DataLayout &DL;
  LineTable Lines;
  GuardEmitter Guards;
  CallGuards Calls;
  SmallVector<Function *> Code;
  AccessMap Accesses;
  DenseMap<const Value *, bool> Private;
};

} // namespace

bool runLatePhase(Module &M, ModuleAnalysisManager &, const Policy &P,
                  Counters &C) {
  LatePhase(M, P, C).run();
  return true;
}

} // namespace sfi
