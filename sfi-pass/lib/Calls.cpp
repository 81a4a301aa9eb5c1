// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls. What is called indirectly is the result of a check, not the value that
// was checked: a gate and a kernel function are not for the driver to call.
// Direct calls need no check: they are bound (Bind.h). Those that the optimizer
// has made of indirect ones do where they lead to a gate or a kernel function.
//
// A call of something that the unit does not define is no jump, also where the
// function ends with it: the return address is what a report blames.
//
// Stack depth is checked where the driver's own call graph has cycles. What
// recursion needs the kernel in its course passes a gate each time; the gate
// is the place to check that.

#include "Calls.h"
#include "Abi.h"
#include "Imports.h"
#include "Diag.h"

#include "llvm/ADT/SCCIterator.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

#include <optional>

using namespace llvm;

namespace sfi {

//===----------------------------------------------------------------------===//
// Indirect and direct calls
//===----------------------------------------------------------------------===//

/// Hash of the type that CB calls its target as; 0 if that is not the type of
/// CALLEE, which is null where it is not known.
static std::optional<uint32_t> getCallType(const CallBase &CB,
                                           const Function *Callee) {
  if (Callee && Callee->getFunctionType() != CB.getFunctionType())
    return 0;
  if (std::optional<OperandBundleUse> Bundle =
          CB.getOperandBundle(LLVMContext::OB_kcfi))
    return getTypeHash(cast<ConstantInt>(Bundle->Inputs[0])->getZExtValue(),
                       CB.getAttributes(), CB.arg_size(),
                       CB.getModule()->getDataLayout());
  if (Callee)
    return getTypeHash(*Callee);
  return std::nullopt;
}

/// Must a call of F be checked as if it were indirect?
static bool isDetoured(const Function &F) {
  return F.hasFnAttribute(GateAttr) ||
         F.getName().starts_with(SFI_PASS_PREFIX);
}

static bool guardIndirect(CallBase &CB, const Function *Callee, Counters &C) {
  std::optional<uint32_t> Type = getCallType(CB, Callee);
  if (!Type) {
    error(CB, "indirect call whose function type is not known");
    return false;
  }
  Function *Check = getRuntimeFunction(*CB.getModule(), "sfi_icall");
  if (!Check)
    return false;
  IRBuilder<> B(&CB);
  CallInst *Call =
      B.CreateCall(Check, {getSelf(*CB.getModule()), CB.getCalledOperand(),
                           B.getInt32(*Type)});
  Call->setCallingConv(Check->getCallingConv());
  CB.setCalledOperand(Call);
  ++C.indirect_calls;
  return true;
}

/// Keeps CB from becoming a jump, but in functions that only pass on.
static void keepFrame(CallBase &CB) {
  auto *Call = dyn_cast<CallInst>(&CB);
  const Function &F = *CB.getFunction();
  if (Call && Call->getTailCallKind() == CallInst::TCK_Tail &&
      !F.hasFnAttribute(GateAttr) && !F.hasFnAttribute(IndirectAttr))
    Call->setTailCallKind(CallInst::TCK_NoTail);
}

bool guardCalls(Function &F, Counters &C) {
  bool Ok = true;
  for (Instruction &I : make_early_inc_range(instructions(F))) {
    auto *CB = dyn_cast<CallBase>(&I);
    if (!CB || CB->isInlineAsm())
      continue;
    auto *Callee = dyn_cast<Function>(
        CB->getCalledOperand()->stripPointerCastsAndAliases());
    if (Callee && !isDetoured(*Callee)) {
      if (Callee->isDeclaration() && !Callee->isIntrinsic())
        keepFrame(*CB);
      continue;
    }
    Ok &= guardIndirect(*CB, Callee, C);
    keepFrame(*CB);
  }
  return Ok;
}

//===----------------------------------------------------------------------===//
// Recursion
//===----------------------------------------------------------------------===//

namespace {

/// The call graph, with one node for all that is not in the unit: what other
/// units of the driver do, and what an indirect call may lead to.
struct Graph {
  struct Node {
    Function *F; ///< null: outside
    SmallVector<Node *> Callees;
  };

  Graph(Module &M, const Policy &P) : Pol(P) {
    Nodes.push_back(std::make_unique<Node>(Node{nullptr, {}}));
    for (Function &F : M)
      if (!F.isDeclaration()) {
        Nodes.push_back(std::make_unique<Node>(Node{&F, {}}));
        ByFunction[&F] = Nodes.back().get();
      }
    for (auto &N : drop_begin(Nodes)) {
      connect(*N);
      if (!N->F->hasLocalLinkage() || isTarget(*N->F))
        outside()->Callees.push_back(N.get());
    }
    // Everything is reached from here; nothing leads to it.
    Root.Callees.push_back(outside());
    for (auto &N : drop_begin(Nodes))
      Root.Callees.push_back(N.get());
  }

  Node *outside() { return Nodes.front().get(); }

  void connect(Node &N) {
    for (Instruction &I : instructions(*N.F)) {
      auto *CB = dyn_cast<CallBase>(&I);
      if (!CB || CB->isInlineAsm())
        continue;
      Value *Target = CB->getCalledOperand()->stripPointerCastsAndAliases();
      auto *Callee = dyn_cast<Function>(Target);
      if (auto It = ByFunction.find(Callee); It != ByFunction.end())
        N.Callees.push_back(It->second);
      else if (!Callee || isOtherUnit(*Callee))
        N.Callees.push_back(outside());
    }
  }

  /// May an indirect call of the driver's lead to F? Its place in an entry is
  /// for the kernel, by way of the gate.
  static bool isTarget(const Function &F) {
    SmallVector<const User *> Work(F.users());
    while (!Work.empty()) {
      const User *U = Work.pop_back_val();
      auto *CB = dyn_cast<CallBase>(U);
      auto *G = dyn_cast<GlobalVariable>(U);
      if (CB && CB->getCalledOperand() == &F && !is_contained(CB->args(), &F))
        continue;
      if (G && G->hasAttribute(EntryAttr))
        continue;
      if (!isa<ConstantAggregate>(U))
        return true;
      append_range(Work, U->users());
    }
    return false;
  }

  bool isOtherUnit(const Function &F) const {
    return !F.isIntrinsic() && !isReservedName(F.getName()) &&
           !Pol.isDirect(F.getName());
  }

  const Policy &Pol;
  Node Root = {nullptr, {}};
  SmallVector<std::unique_ptr<Node>> Nodes;
  DenseMap<Function *, Node *> ByFunction;
};

} // namespace

} // namespace sfi

template <> struct llvm::GraphTraits<sfi::Graph *> {
  using NodeRef = sfi::Graph::Node *;
  using ChildIteratorType = SmallVector<NodeRef>::iterator;
  static NodeRef getEntryNode(sfi::Graph *G) { return &G->Root; }
  static ChildIteratorType child_begin(NodeRef N) { return N->Callees.begin(); }
  static ChildIteratorType child_end(NodeRef N) { return N->Callees.end(); }
};

namespace sfi {

DenseSet<Function *> findRecursive(Module &M, const Policy &P) {
  Graph G(M, P);
  DenseSet<Function *> Found;
  for (auto It = scc_begin(&G); !It.isAtEnd(); ++It)
    if (It.hasCycle())
      for (Graph::Node *N : *It)
        if (N->F)
          Found.insert(N->F);
  return Found;
}

void checkStack(Function &F, Counters &C) {
  Function *Check = getRuntimeFunction(*F.getParent(), "sfi_stack");
  if (!Check)
    return;
  IRBuilder<> B(&*F.getEntryBlock().getFirstInsertionPt());
  if (DISubprogram *SP = F.getSubprogram())
    B.SetCurrentDebugLocation(DILocation::get(F.getContext(), 0, 0, SP));
  CallInst *Call = B.CreateCall(Check, {getSelf(*F.getParent())});
  Call->setCallingConv(Check->getCallingConv());
  ++C.stack_checks;
}

} // namespace sfi
