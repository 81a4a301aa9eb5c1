// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may no longer be assumed.
//
// LLVM's IR says things of values that hold only while the program obeys C:
// that an addition does not wrap, that a loaded bool is 0 or 1, that a pointer
// is not null. Guards are for programs that don't obey. From here on both guard
// and store must see the same two's complement address, whatever it is, so
// every such statement is dropped. The optimizer is done; this costs nothing.
//
// An undef value may be another at each use: checked as one address, stored
// through as another. Each becomes zero, and so does what follows from one (a
// shift by more than the width): the code generator would make it undef again.
//
// What the optimizer has concluded earlier stays: it changed what the program
// does, but that has guards now like any other code.

#include "Harden.h"

#include "llvm/Analysis/InstructionSimplify.h"
#include "llvm/IR/AttributeMask.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace sfi {

/// C with zero wherever it, or an element of it, is undef.
static Constant *withoutUndefined(Constant *C) {
  if (isa<UndefValue>(C))
    return Constant::getNullValue(C->getType());
  auto *Aggregate = dyn_cast<ConstantAggregate>(C);
  if (!Aggregate)
    return C;
  SmallVector<Constant *> Elements;
  for (Use &U : Aggregate->operands())
    Elements.push_back(withoutUndefined(cast<Constant>(U)));
  if (equal(Elements, Aggregate->operands()))
    return C;
  if (auto *Struct = dyn_cast<StructType>(C->getType()))
    return ConstantStruct::get(Struct, Elements);
  if (auto *Array = dyn_cast<ArrayType>(C->getType()))
    return ConstantArray::get(Array, Elements);
  return ConstantVector::get(Elements);
}

static void fixUndefined(Instruction &I) {
  for (Use &U : I.operands())
    if (auto *C = dyn_cast<Constant>(U.get());
        C && !C->getType()->isTokenTy() && !isa<GlobalValue>(C))
      if (Constant *Fixed = withoutUndefined(C); Fixed != C)
        U.set(Fixed);
  if (I.getType()->isVoidTy() || I.use_empty())
    return;
  Value *Is = simplifyInstruction(&I, I.getDataLayout());
  if (Is && isa<UndefValue>(Is))
    I.replaceAllUsesWith(Constant::getNullValue(I.getType()));
}

static void dropFrom(Function &F, ArrayRef<Attribute::AttrKind> Kinds) {
  AttributeMask Promises;
  for (Attribute::AttrKind Kind : Kinds)
    Promises.addAttribute(Kind);
  F.removeRetAttrs(Promises);
  for (Argument &A : F.args()) {
    MaybeAlign Kept =
        A.hasPassPointeeByValueCopyAttr() ? A.getParamAlign() : MaybeAlign();
    A.removeAttrs(Promises);
    // Here it says where the caller puts the copy.
    if (Kept)
      A.addAttr(Attribute::getWithAlignment(F.getContext(), *Kept));
  }
}

/// Attributes were inferred of code that had no guards yet, and by one who
/// believes in promises.
static void dropAttributes(Function &F) {
  for (Attribute::AttrKind Kind :
       {Attribute::Memory, Attribute::WillReturn, Attribute::NoRecurse,
        Attribute::NoSync, Attribute::NoFree, Attribute::MustProgress,
        Attribute::Speculatable, Attribute::NoCallback})
    F.removeFnAttr(Kind);
  dropFrom(F, {Attribute::Range, Attribute::NonNull, Attribute::NoUndef,
               Attribute::Dereferenceable, Attribute::DereferenceableOrNull,
               Attribute::NoAlias, Attribute::Alignment, Attribute::Returned});
}

void dropAssumptions(Function &F) {
  dropAttributes(F);
  for (Instruction &I : make_early_inc_range(instructions(F))) {
    if (isa<AssumeInst>(I)) {
      I.eraseFromParent();
      continue;
    }
    I.dropPoisonGeneratingAnnotations();
    for (unsigned Kind :
         {LLVMContext::MD_noundef, LLVMContext::MD_dereferenceable,
          LLVMContext::MD_dereferenceable_or_null,
          LLVMContext::MD_invariant_load, LLVMContext::MD_invariant_group,
          LLVMContext::MD_loop}) // a promise to end
      I.setMetadata(Kind, nullptr);
    fixUndefined(I);
  }
}

void closeEnds(Function &F) {
  F.addFnAttr("no-jump-tables", "true");
  // Until now Privacy.cpp asks for these.
  dropFrom(F, {Attribute::ReadNone, Attribute::ReadOnly, Attribute::WriteOnly,
               Attribute::NoCapture});
  Function *Trap = Intrinsic::getDeclaration(F.getParent(), Intrinsic::trap);
  for (BasicBlock &BB : F) {
    auto *End = dyn_cast<UnreachableInst>(BB.getTerminator());
    if (!End)
      continue;
    auto *Before =
        dyn_cast_or_null<IntrinsicInst>(End->getPrevNonDebugInstruction());
    if (Before && Before->getIntrinsicID() == Intrinsic::trap)
      continue;
    CallInst *Call = CallInst::Create(Trap, "", End->getIterator());
    Call->setDebugLoc(End->getDebugLoc());
  }
}

} // namespace sfi
