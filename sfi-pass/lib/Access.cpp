// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One exhaustive classification of every instruction: what memory does it
// write? Everything that follows rests on it, so whatever is not listed here is
// an error, also where LLVM itself believes that it writes nothing.
//
// Not counted as writes: the copies that a call makes of its byval arguments
// (into the caller's own outgoing frame, at an address that no program value
// has a part in), spills, and what a callee does (it is instrumented itself,
// or it is a wrapper).

#include "Access.h"
#include "Abi.h"
#include "Diag.h"

#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace sfi {

namespace {

/// Size of va_list on x86-64.
constexpr uint64_t VaListSize = 24;

bool fail(const Instruction &I, const Twine &What) {
  error(I, "isolated code cannot contain " + What);
  return false;
}

/// The address itself must be an ordinary one, not relative to a segment.
bool checkPointer(const Instruction &I, const Value *Ptr) {
  unsigned AS = Ptr->getType()->getPointerAddressSpace();
  if (AS == 256 || AS == 257)
    return fail(I, "a store to per-CPU memory; the inline function it comes "
                   "from has to be annotated SFI_INTERFACE");
  if (AS)
    return fail(I, "a store to address space " + Twine(AS));
  return true;
}

bool addFixed(Instruction &I, Value *Ptr, Type *Ty, Align A,
              SmallVectorImpl<Access> &Writes) {
  TypeSize Size = I.getModule()->getDataLayout().getTypeStoreSize(Ty);
  if (Size.isScalable())
    return fail(I, "a store of scalable size");
  if (!checkPointer(I, Ptr))
    return false;
  if (Size.getFixedValue())
    Writes.push_back({&I, Ptr, Extent::Fixed, Size, nullptr, A});
  return true;
}

bool addMemIntrinsic(AnyMemIntrinsic &MI, SmallVectorImpl<Access> &Writes) {
  if (isa<AtomicMemIntrinsic>(MI))
    return fail(MI, "an element-wise atomic memory intrinsic");
  if (!checkPointer(MI, MI.getRawDest()))
    return false;
  if (auto *MT = dyn_cast<AnyMemTransferInst>(&MI);
      MT && MT->getSourceAddressSpace())
    return fail(MI, "a copy out of another address space");
  Value *Length = MI.getLength();
  auto *Constant = dyn_cast<ConstantInt>(Length);
  if (Constant && Constant->isZero())
    return true;
  Access A = {&MI, MI.getRawDest(), Extent::Length,
              1,   Length,          MI.getDestAlign().valueOrOne()};
  if (Constant) {
    A.Kind = Extent::Fixed;
    A.Size = Constant->getZExtValue();
    A.Length = nullptr;
  }
  Writes.push_back(A);
  return true;
}

/// Is V what an assembly statement has left the stack pointer at? That none
/// changes it is for InlineAsm.cpp to see.
bool isStackPointerOutput(const Value *V) {
  unsigned Number = 0;
  if (auto *Part = dyn_cast<ExtractValueInst>(V)) {
    Number = Part->getIndices().front();
    V = Part->getAggregateOperand();
  }
  auto *Call = dyn_cast<CallInst>(V);
  if (!Call || !Call->isInlineAsm())
    return false;
  for (const InlineAsm::ConstraintInfo &C :
       cast<InlineAsm>(Call->getCalledOperand())->ParseConstraints())
    if (C.Type == InlineAsm::isOutput && !C.isIndirect && !Number--)
      return is_contained(C.Codes, "{rsp}");
  return false;
}

/// The stack pointer may be "written" with what a statement, which lists it
/// among its outputs only to have a frame, has left it at.
bool checkWriteRegister(const IntrinsicInst &II) {
  auto *Name =
      cast<MDNode>(cast<MetadataAsValue>(II.getArgOperand(0))->getMetadata());
  if (cast<MDString>(Name->getOperand(0))->getString() == "rsp" &&
      isStackPointerOutput(II.getArgOperand(1)))
    return true;
  return fail(II, "a write to a named register");
}

/// The stack pointer goes back to where it has been: the value is, or was put
/// into a variable of the compiler's as, what it was then.
bool checkStackRestore(const IntrinsicInst &II) {
  const Value *V = II.getArgOperand(0);
  auto *Save = dyn_cast<IntrinsicInst>(V);
  auto *Load = dyn_cast<LoadInst>(V);
  if ((Save && Save->getIntrinsicID() == Intrinsic::stacksave) ||
      (Load && isa<AllocaInst>(Load->getPointerOperand())))
    return true;
  return fail(II, "a stack pointer from elsewhere");
}

bool classifyIntrinsic(IntrinsicInst &II, SmallVectorImpl<Access> &Writes) {
  if (auto *MI = dyn_cast<AnyMemIntrinsic>(&II))
    return addMemIntrinsic(*MI, Writes);
  switch (II.getIntrinsicID()) {
  case Intrinsic::vastart:
  case Intrinsic::vacopy:
    Writes.push_back({&II, II.getArgOperand(0), Extent::Fixed, VaListSize,
                      nullptr, Align(8)});
    return checkPointer(II, II.getArgOperand(0));
  case Intrinsic::masked_store:
    // As if no lane were masked out: only ever too strict.
    return addFixed(II, II.getArgOperand(1), II.getArgOperand(0)->getType(),
                    Align(1), Writes);
  case Intrinsic::write_register:
    return checkWriteRegister(II);
  case Intrinsic::stackrestore:
    return checkStackRestore(II);
  case Intrinsic::vaend:
  case Intrinsic::stacksave:
  case Intrinsic::lifetime_start:
  case Intrinsic::lifetime_end:
  case Intrinsic::prefetch:
  case Intrinsic::trap:
  case Intrinsic::ubsantrap:
  case Intrinsic::debugtrap:
  case Intrinsic::sideeffect:
  case Intrinsic::donothing:
  case Intrinsic::assume:
  case Intrinsic::experimental_noalias_scope_decl:
  case Intrinsic::dbg_declare:
  case Intrinsic::dbg_value:
  case Intrinsic::dbg_assign:
  case Intrinsic::dbg_label:
    return true;
  default:
    break;
  }
  if (II.doesNotAccessMemory() || II.onlyReadsMemory())
    return true;
  return fail(II, "a call of '" + II.getCalledFunction()->getName() + "'");
}

/// A callee of this unit guards what it returns in memory; others need not.
bool addResult(CallBase &CB, const Function *Callee,
               SmallVectorImpl<Access> &Writes) {
  if (Callee && !Callee->isDeclaration())
    return true;
  for (unsigned N = 0; N < CB.arg_size(); ++N)
    if (CB.paramHasAttr(N, Attribute::StructRet) &&
        !addFixed(CB, CB.getArgOperand(N), CB.getParamStructRetType(N),
                  CB.getParamAlign(N).valueOrOne(), Writes))
      return false;
  return true;
}

bool classifyCall(CallBase &CB, SmallVectorImpl<Access> &Writes) {
  if (CB.isInlineAsm())
    return classifyAsm(CB, Writes);
  if (auto *II = dyn_cast<IntrinsicInst>(&CB))
    return classifyIntrinsic(*II, Writes);
  if (isa<CallBrInst>(CB) || isa<InvokeInst>(CB))
    return fail(CB, "a call that may end in more than one place");
  if (!isOrdinaryCall(CB.getCallingConv(), CB.getAttributes()))
    return fail(CB, "a call with a calling convention of its own");
  if (CB.hasFnAttr(Attribute::ReturnsTwice))
    return fail(CB, "a call that returns twice");
  for (unsigned N = 0; N < CB.arg_size(); ++N)
    if (CB.paramHasAttr(N, Attribute::InAlloca) ||
        CB.paramHasAttr(N, Attribute::Preallocated))
      return fail(CB, "an argument passed in the caller's own frame");
  auto *Callee =
      dyn_cast<Function>(CB.getCalledOperand()->stripPointerCastsAndAliases());
  if (Callee && !isReservedName(Callee->getName()) && !agrees(CB, *Callee))
    return fail(CB, "a call of '" + Callee->getName() +
                        "' as a function of another type");
  return addResult(CB, Callee, Writes);
}

} // namespace

bool agrees(const CallBase &CB, const Function &F) {
  if (CB.getFunctionType() != F.getFunctionType() ||
      CB.getCallingConv() != F.getCallingConv())
    return false;
  AttributeList Ours = CB.getAttributes(), Theirs = F.getAttributes();
  for (unsigned N = 0; N < F.arg_size(); ++N) {
    for (Attribute::AttrKind Kind :
         {Attribute::ZExt, Attribute::SExt, Attribute::InReg})
      if (Ours.hasParamAttr(N, Kind) != Theirs.hasParamAttr(N, Kind))
        return false;
    if (Ours.getParamByValType(N) != Theirs.getParamByValType(N) ||
        Ours.getParamStructRetType(N) != Theirs.getParamStructRetType(N))
      return false;
    if (Ours.getParamByValType(N) &&
        Ours.getParamAlignment(N) != Theirs.getParamAlignment(N))
      return false;
  }
  return true;
}

bool isOrdinaryCall(CallingConv::ID Convention, AttributeList Attributes) {
  for (StringRef Name :
       {"no_caller_saved_registers", "no_callee_saved_registers"})
    if (Attributes.hasFnAttr(Name))
      return false;
  switch (Convention) {
  case CallingConv::C:
  case CallingConv::Fast:
  case CallingConv::Cold:
  case CallingConv::X86_64_SysV:
    return true;
  default:
    return false;
  }
}

bool classify(Instruction &I, SmallVectorImpl<Access> &Writes) {
  switch (I.getOpcode()) {
  case Instruction::Store: {
    auto &SI = cast<StoreInst>(I);
    return addFixed(I, SI.getPointerOperand(), SI.getValueOperand()->getType(),
                    SI.getAlign(), Writes);
  }
  case Instruction::AtomicRMW: {
    auto &RMW = cast<AtomicRMWInst>(I);
    return addFixed(I, RMW.getPointerOperand(), RMW.getType(), RMW.getAlign(),
                    Writes);
  }
  case Instruction::AtomicCmpXchg: {
    auto &CX = cast<AtomicCmpXchgInst>(I);
    return addFixed(I, CX.getPointerOperand(), CX.getNewValOperand()->getType(),
                    CX.getAlign(), Writes);
  }
  case Instruction::Call:
  case Instruction::CallBr:
  case Instruction::Invoke:
    return classifyCall(cast<CallBase>(I), Writes);
  case Instruction::IndirectBr:
    return fail(I, "a computed goto");
  case Instruction::Load:
  case Instruction::Fence:
  case Instruction::Ret:
  case Instruction::Br:
  case Instruction::Switch:
  case Instruction::Unreachable:
  case Instruction::Alloca:
  case Instruction::GetElementPtr:
  case Instruction::ICmp:
  case Instruction::FCmp:
  case Instruction::PHI:
  case Instruction::Select:
  case Instruction::Freeze:
  case Instruction::ExtractElement:
  case Instruction::InsertElement:
  case Instruction::ShuffleVector:
  case Instruction::ExtractValue:
  case Instruction::InsertValue:
    return true;
  default:
    if (I.isUnaryOp() || I.isBinaryOp() || I.isCast())
      return true;
    return fail(I, Twine("the instruction '") + I.getOpcodeName() + "'");
  }
}

} // namespace sfi
