// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code of guards.
//
// For a store of 1, 2, 4 or 8 bytes: directory entry, tag, alignment, one bit
// of the leaf; see the ABI header. The tests are separate branches to one cold
// block: two instructions each, which never jump.
//
// For a group, or a store of another size: the same, with the address rounded
// down to where a slot is thought to begin, and one load of two, four or eight
// slots' bytes, of which a mask tells the ones that matter. Is the base not
// aligned as thought, or does the load not end within the leaf, the slow path
// gets the exact bytes, so a wrong guess costs time only.
//
// The table base and the leaf base are plain loads from fixed addresses that
// fold into the instructions using them; holding them in registers would cost
// more in spills. Table loads order nothing: rights that change while a guard
// runs may be seen or not, either is right at some moment of its run.
//
// The slow path's convention keeps all registers, so that the fast path may
// use whatever is free.

#include "Guard.h"
#include "Abi.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace sfi {

constexpr uint64_t ChunkMask = (1ULL << SFI_CHUNK_SHIFT) - 1;

/// The slots that a group's guard looks at.
struct GuardEmitter::Window {
  int64_t Begin;                  ///< offset from the base, on a slot's begin
  unsigned Slots;                 ///< in its load: 1, 2, 4 or 8
  uint64_t Mask;                  ///< the bits that have to be set there
  SmallVector<ByteRange, 4> Runs; ///< the exact bytes, merged where they touch
};

GuardEmitter::GuardEmitter(Module &M, LineTable &Lines)
    : M(M), Lines(Lines), Self(getSelf(M)),
      Slow(getRuntimeFunction(M, "sfi_guard")), B(M.getContext()) {}

bool GuardEmitter::begin(Instruction *Before) {
  this->Before = Before;
  Cold = Continue = nullptr;
  B.SetInsertPoint(Before);
  // Without a location: not to be blamed (LineTable.cpp).
  B.SetCurrentDebugLocation(DebugLoc());
  return Slow;
}

void GuardEmitter::callSlow(Value *Ptr, Value *Size) {
  CallInst *Call =
      B.CreateCall(Slow, {Self, B.CreatePtrToInt(Ptr, B.getInt64Ty()), Size});
  Call->setCallingConv(Slow->getCallingConv());
  Lines.mark(Call, Before->getDebugLoc());
}

void GuardEmitter::callSlow(Value *Ptr, uint64_t Size) {
  callSlow(Ptr, B.getInt64(Size));
}

/// Ends the block with a branch to the cold block. Emission goes on in a new
/// block, in the end in front of Before.
void GuardEmitter::slowIf(Value *Condition) {
  BasicBlock *Here = Before->getParent();
  Function *F = Here->getParent();
  LLVMContext &C = M.getContext();
  if (!Cold)
    Cold = BasicBlock::Create(C, "sfi.cold", F);
  Continue = SplitBlock(Here, B.GetInsertPoint());
  Continue->setName("sfi.go");
  Here->getTerminator()->eraseFromParent();
  B.SetInsertPoint(Here);
  B.CreateCondBr(Condition, Cold, Continue,
                 MDBuilder(C).createUnlikelyBranchWeights());
  B.SetInsertPoint(Before->getIterator());
  B.SetCurrentDebugLocation(DebugLoc());
}

/// Looks Address up in the directory; sets Leaf.
void GuardEmitter::loadLeaf(Value *Address) {
  constexpr unsigned EntryShift = 3; // log2 of an entry's size
  Value *Index =
      B.CreateAnd(B.CreateLShr(Address, SFI_CHUNK_SHIFT - EntryShift),
                  uint64_t(SFI_DIR_ENTRIES - 1) << EntryShift);
  Value *Entry = B.CreateAlignedLoad(B.getInt64Ty(),
                                     B.CreatePtrAdd(Self, Index), Align(8));
  Value *Number =
      B.CreateXor(Entry, B.CreateAnd(Address, ~uint64_t(SFI_LEAF_NUMBER_MASK)));
  slowIf(B.CreateICmpUGT(Number, B.getInt64(SFI_LEAF_NUMBER_MASK)));
  Value *Base = B.CreateAlignedLoad(
      B.getInt64Ty(),
      B.CreatePtrAdd(Self, B.getInt64(offsetof(sfi_self, leaf_base))),
      Align(8));
  Leaf = B.CreateAdd(B.CreateShl(Number, SFI_LEAF_SHIFT), Base);
}

/// The bytes of Slots slots, from Slot on, as one number.
Value *GuardEmitter::loadRights(Value *Slot, unsigned Slots) {
  Value *At = B.CreateIntToPtr(B.CreateAdd(Leaf, Slot), B.getPtrTy());
  return B.CreateAlignedLoad(B.getIntNTy(8 * Slots), At, Align(1));
}

void GuardEmitter::guardWord(Value *Ptr, uint64_t Size) {
  Value *Address = B.CreatePtrToInt(Ptr, B.getInt64Ty());
  loadLeaf(Address);
  if (Size > 1)
    slowIf(B.CreateIsNotNull(B.CreateAnd(Address, Size - 1)));
  Value *Slot =
      B.CreateLShr(B.CreateAnd(Address, ChunkMask), uint64_t(SFI_SLOT_SHIFT));
  Value *Right = B.CreateAnd(loadRights(Slot, 1), SFI_RIGHT_WRITE);
  slowIf(B.CreateIsNull(Right));
}

/// Offset from the group's base as a pointer: where a member stores there, the
/// very pointer that it stores through.
Value *GuardEmitter::addressOf(const Group &G, int64_t Offset) {
  const Access &First = *G.Members.front();
  if (getPlace(First.Ptr, M.getDataLayout()).Offset == Offset)
    return First.Ptr;
  return Offset ? B.CreatePtrAdd(G.Base, B.getInt64(Offset)) : G.Base;
}

void GuardEmitter::guardWindow(const Group &G, const Window &W) {
  Value *Address = B.CreatePtrToInt(addressOf(G, W.Begin), B.getInt64Ty());
  loadLeaf(Address);
  slowIf(B.CreateIsNotNull(B.CreateAnd(Address, SFI_SLOT_SIZE - 1)));
  Value *Slot =
      B.CreateLShr(B.CreateAnd(Address, ChunkMask), uint64_t(SFI_SLOT_SHIFT));
  if (W.Slots > 1)
    slowIf(B.CreateICmpUGT(Slot, B.getInt64(SFI_LEAF_SLOTS - W.Slots)));
  // Set bits of the mask that are clear in the rights.
  Value *Missing = B.CreateAnd(B.CreateNot(loadRights(Slot, W.Slots)), W.Mask);
  slowIf(B.CreateIsNotNull(Missing));
}

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

void GuardEmitter::guardGroup(const Group &G) {
  const Access &First = *G.Members.front();
  if (!begin(First.I))
    return;
  const DataLayout &DL = M.getDataLayout();
  Window W;
  W.Runs = getRuns(G, DL);
  bool IsWord = W.Runs.size() == 1 && isPowerOf2_64(First.Size) &&
                First.Size <= SFI_SLOT_SIZE &&
                uint64_t(W.Runs[0].End - W.Runs[0].Begin) == First.Size;
  if (IsWord) {
    guardWord(First.Ptr, First.Size);
  } else {
    int64_t Begin = W.Runs.front().Begin, End = W.Runs.back().End;
    W.Begin =
        Begin - ((Begin - std::max<int64_t>(G.Phase, 0)) & (SFI_SLOT_SIZE - 1));
    uint64_t Slots = divideCeil(End - W.Begin, SFI_SLOT_SIZE);
    if (Slots > 8 || !isInt<32>(Begin)) {
      callSlow(First.Ptr, First.Size);
      return;
    }
    W.Slots = PowerOf2Ceil(Slots);
    W.Mask = 0;
    for (ByteRange R : W.Runs)
      for (int64_t At = R.Begin; At < R.End; ++At)
        W.Mask |= uint64_t(SFI_RIGHT_WRITE)
                  << (At - W.Begin) / SFI_SLOT_SIZE * 8;
    guardWindow(G, W);
  }
  B.SetInsertPoint(Cold);
  B.SetInsertPoint(B.CreateBr(Continue));
  for (ByteRange R : W.Runs)
    callSlow(addressOf(G, R.Begin), R.End - R.Begin);
}

void GuardEmitter::guardAlone(const Access &A) {
  if (!begin(A.I))
    return;
  if (A.Kind == Extent::Length) {
    Value *Count = B.CreateZExtOrTrunc(A.Length, B.getInt64Ty());
    // A count too great to be multiplied is too great to be allowed.
    Value *Most = B.getInt64(~0ULL / A.Size);
    Value *Bytes = B.CreateMul(Count, B.getInt64(A.Size));
    callSlow(A.Ptr, B.CreateSelect(B.CreateICmpUGT(Count, Most),
                                   B.getInt64(~0ULL), Bytes));
    return;
  }
  // The word that holds the bit; the number counts as signed.
  Value *Bit = B.CreateSExtOrTrunc(A.Length, B.getInt64Ty());
  Value *Word = B.CreateAShr(Bit, Log2_64(A.Size * 8));
  Value *Ptr = B.CreatePtrAdd(A.Ptr, B.CreateShl(Word, Log2_64(A.Size)));
  guardWord(Ptr, A.Size);
  B.SetInsertPoint(Cold);
  B.SetInsertPoint(B.CreateBr(Continue));
  callSlow(Ptr, A.Size);
}

} // namespace sfi
