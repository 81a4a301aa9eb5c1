// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls. What is called indirectly is the result of a check, not the value that
// was checked: a gate and a kernel function are not for the driver to call. The
// check is in line for the one function that the place knows, see struct
// sfi_site in the ABI header; others are the runtime's to judge.
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
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

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

/// The function that a place knows before it has called any: what it would run
/// is its own address, where no code is. The driver cannot name it; if its
/// address is called all the same, that is the processor's exception.
Constant *CallGuards::getNobody() {
  if (Nobody)
    return Nobody;
  LLVMContext &Ctx = M.getContext();
  auto *Ptr = PointerType::getUnqual(Ctx);
  auto *Word = Type::getInt32Ty(Ctx);
  auto *Ty = StructType::get(Ctx, {Ptr, Ptr, Word, Word, Ptr});
  Nobody = new GlobalVariable(M, Ty, /*isConstant=*/true,
                              GlobalValue::InternalLinkage, nullptr,
                              "sfi.nobody");
  Constant *None = ConstantInt::get(Word, 0);
  Nobody->setInitializer(ConstantStruct::get(
      Ty, {Nobody, Nobody, None, None, ConstantPointerNull::get(Ptr)}));
  return Nobody;
}

/// A struct sfi_site. The driver has no right to it.
GlobalVariable *CallGuards::makeSite(uint32_t Hash) {
  LLVMContext &Ctx = M.getContext();
  auto *Init = ConstantStruct::getAnon(
      Ctx, {getNobody(), ConstantInt::get(Type::getInt32Ty(Ctx), Hash)});
  auto *Site =
      new GlobalVariable(M, Init->getType(), /*isConstant=*/false,
                         GlobalValue::InternalLinkage, Init, "sfi.site");
  Site->setAlignment(Align(SFI_SLOT_SIZE));
  // Hardly ever written: not among what is.
  Site->setSection(".data..read_mostly");
  return Site;
}

bool CallGuards::guardIndirect(CallBase &CB, const Function *Callee) {
  std::optional<uint32_t> Type = getCallType(CB, Callee);
  if (!Type) {
    error(CB, "indirect call whose function type is not known");
    return false;
  }
  Function *Check = getRuntimeFunction(M, "sfi_icall");
  if (!Check)
    return false;
  Value *Target = CB.getCalledOperand();
  GlobalVariable *Site = makeSite(*Type);
  IRBuilder<> B(&CB);
  // Only the call may be blamed (LineTable.cpp).
  DebugLoc Where = CB.getDebugLoc();
  B.SetCurrentDebugLocation(DebugLoc());
  LoadInst *Known = B.CreateAlignedLoad(B.getPtrTy(), Site, Align(8));
  Known->setAtomic(AtomicOrdering::Unordered);
  auto Field = [&](size_t Offset) {
    return B.CreateAlignedLoad(
        B.getPtrTy(), B.CreatePtrAdd(Known, B.getInt64(Offset)), Align(8));
  };
  Value *Other = B.CreateICmpNE(Field(offsetof(sfi_func, addr)), Target);
  Value *Run = Field(offsetof(sfi_func, call));
  BasicBlock *Here = CB.getParent();
  Instruction *Slow = SplitBlockAndInsertIfThen(
      Other, &CB, /*Unreachable=*/false,
      MDBuilder(M.getContext()).createUnlikelyBranchWeights());
  B.SetInsertPoint(Slow);
  B.SetCurrentDebugLocation(Where);
  CallInst *Call = B.CreateCall(Check, {getSelf(M), Target, Site});
  Call->setCallingConv(Check->getCallingConv());
  B.SetInsertPoint(&CB);
  B.SetCurrentDebugLocation(DebugLoc());
  PHINode *Phi = B.CreatePHI(B.getPtrTy(), 2);
  Phi->addIncoming(Run, Here);
  Phi->addIncoming(Call, Slow->getParent());
  CB.setCalledOperand(Phi);
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

bool CallGuards::guard(Function &F) {
  bool Ok = true;
  SmallVector<CallBase *> Calls;
  for (Instruction &I : instructions(F))
    if (auto *CB = dyn_cast<CallBase>(&I); CB && !CB->isInlineAsm())
      Calls.push_back(CB);
  for (CallBase *CB : Calls) {
    auto *Callee = dyn_cast<Function>(
        CB->getCalledOperand()->stripPointerCastsAndAliases());
    if (Callee && !isDetoured(*Callee)) {
      if (Callee->isDeclaration() && !Callee->isIntrinsic())
        keepFrame(*CB);
      continue;
    }
    Ok &= guardIndirect(*CB, Callee);
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
