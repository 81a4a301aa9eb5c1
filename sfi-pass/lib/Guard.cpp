// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code of guards.
//
// For a store of 1, 2, 4 or 8 bytes: the chunk that the directory names, how
// far the address is into it, one bit of its leaf; see the ABI header. One
// comparison tells another chunk and a misaligned address alike. The tests are
// separate branches to one cold block, which never jump.
//
// For a group, or a store of another size: the same, with the address rounded
// down to where a slot is thought to begin, and one load of two, four or eight
// slots' bytes, of which a mask tells the ones that matter. Is the base not
// aligned as thought, or does the load not end within the leaf, the slow path
// gets the exact bytes, so a wrong guess costs time only.
//
// Where several guards look at places of one object (Share.cpp), the directory
// is asked once, for the address of the first slot's byte; each guard is then a
// load at a constant distance from it. Is the object not aligned as thought, or
// not all in one leaf, or not known to the directory, that address is of bytes
// that are always zero: each of the guards takes its slow path.
//
// A loop keeps the chunk that was found last (Walk.cpp), and its guards compare
// with that one first. What is kept is always of one chunk, whichever. Where
// nothing in the loop may take rights away, it keeps a range instead that a guard
// has found writable: up to the aligned eight slots that it is among.
//
// Where slots may begin anywhere, the bytes of the first and the last slot of
// up to 8 bytes are looked at; there are no others.
//
// The directory's address is an operand of an instruction; holding it in a
// register would cost more in spills. An entry is loaded once: chunk and leaf
// have to be of one. Table loads order nothing: rights that change while a
// guard runs may be seen or not, either is right at some moment of its run, or of
// that of the guard which has found the range.
//
// The slow path's convention keeps all registers, so that the fast path may
// use whatever is free.

#include "Guard.h"
#include "Abi.h"

#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace sfi {

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

BasicBlock *GuardEmitter::getCold() {
  if (!Cold)
    Cold =
        BasicBlock::Create(M.getContext(), "sfi.cold", Before->getFunction());
  return Cold;
}

void GuardEmitter::slowIf(Value *Condition) { branchIf(Condition, getCold()); }

/// Ends the block with a branch that is seldom taken. Emission goes on in a new
/// block, in the end in front of Before.
void GuardEmitter::branchIf(Value *Condition, BasicBlock *Seldom) {
  BasicBlock *Here = Before->getParent();
  Continue = SplitBlock(Here, B.GetInsertPoint());
  Continue->setName("sfi.go");
  Here->getTerminator()->eraseFromParent();
  B.SetInsertPoint(Here);
  B.CreateCondBr(Condition, Seldom, Continue,
                 MDBuilder(M.getContext()).createUnlikelyBranchWeights());
  B.SetInsertPoint(Before->getIterator());
  B.SetCurrentDebugLocation(DebugLoc());
}

/// The chunk that the directory names for Address.
Value *GuardEmitter::loadChunk(Value *Address) {
  constexpr unsigned EntryShift = 3; // log2 of an entry's size
  Value *Index =
      B.CreateAnd(B.CreateLShr(Address, SFI_CHUNK_SHIFT - EntryShift),
                  uint64_t(SFI_DIR_ENTRIES - 1) << EntryShift);
  LoadInst *Chunk =
      B.CreateAlignedLoad(B.getPtrTy(), B.CreatePtrAdd(Self, Index), Align(8));
  Chunk->setAtomic(AtomicOrdering::Unordered);
  return Chunk;
}

Value *GuardEmitter::loadBase(Value *Chunk) {
  return B.CreateAlignedLoad(
      B.getInt64Ty(),
      B.CreatePtrAdd(Chunk, B.getInt64(offsetof(sfi_chunk, base))), Align(8));
}

Value *GuardEmitter::loadSlots(Value *Chunk) {
  return B.CreateAlignedLoad(
      B.getPtrTy(),
      B.CreatePtrAdd(Chunk, B.getInt64(offsetof(sfi_chunk, slots))), Align(8));
}

/// How far Address is from Base, in units of 1 << Shift bytes. A low bit that
/// is set becomes a high one.
Value *GuardEmitter::getDistance(Value *Address, Value *Base, unsigned Shift) {
  Value *Bytes = B.CreateSub(Address, Base);
  if (!Shift)
    return Bytes;
  return B.CreateIntrinsic(Intrinsic::fshr, B.getInt64Ty(),
                           {Bytes, Bytes, B.getInt64(Shift)});
}

/// Finds Ptr in the chunk that the directory names, or that is kept in a loop.
/// To the cold block if that is not its chunk, if Ptr is not aligned to AlignTo
/// (1 to 8 bytes), or if Bytes bytes from there on are not all in it.
GuardEmitter::Found GuardEmitter::find(Value *Ptr, uint64_t AlignTo,
                                       uint64_t Bytes, int Walk) {
  unsigned Shift = Log2_64(AlignTo);
  Value *Last = B.getInt64(((1ULL << SFI_CHUNK_SHIFT) - Bytes) >> Shift);
  if (Walk >= 0)
    return findKept(Ptr, Shift, Last, Walks[Walk].second);
  Value *Address = B.CreatePtrToInt(Ptr, B.getInt64Ty());
  Value *Chunk = loadChunk(Address);
  Value *Distance = getDistance(Address, loadBase(Chunk), Shift);
  slowIf(B.CreateICmpUGT(Distance, Last));
  return {loadSlots(Chunk), Distance, Shift};
}

/// The same for a chunk that is kept; asks the directory, out of line, where it
/// is another.
GuardEmitter::Found GuardEmitter::findKept(Value *Ptr, unsigned Shift,
                                           Value *Last, const Kept &K) {
  Value *Address = B.CreatePtrToInt(Ptr, B.getInt64Ty());
  Value *Near =
      getDistance(Address, B.CreateLoad(B.getInt64Ty(), K.Base), Shift);
  BasicBlock *Here = Before->getParent();
  BasicBlock *Miss =
      BasicBlock::Create(M.getContext(), "sfi.miss", Here->getParent());
  branchIf(B.CreateICmpUGT(Near, Last), Miss);
  B.SetInsertPoint(Miss);
  Value *Chunk = loadChunk(Address);
  Value *Base = loadBase(Chunk);
  B.CreateStore(Base, K.Base);
  B.CreateStore(loadSlots(Chunk), K.More);
  Value *Far = getDistance(Address, Base, Shift);
  B.CreateCondBr(B.CreateICmpUGT(Far, Last), getCold(), Continue,
                 MDBuilder(M.getContext()).createUnlikelyBranchWeights());
  B.SetInsertPoint(Continue, Continue->begin());
  PHINode *Distance = B.CreatePHI(B.getInt64Ty(), 2);
  Distance->addIncoming(Near, Here);
  Distance->addIncoming(Far, Miss);
  B.SetInsertPoint(Before->getIterator());
  B.SetCurrentDebugLocation(DebugLoc());
  return {B.CreateLoad(B.getPtrTy(), K.More), Distance, Shift};
}

/// The address of the byte of the slot that is More bytes from what was found.
Value *GuardEmitter::slotOf(const Found &At, uint64_t More) {
  Value *Slot = At.Distance;
  if (More)
    Slot = B.CreateAdd(Slot, B.getInt64(More >> At.Shift));
  if (At.Shift < SFI_SLOT_SHIFT)
    Slot = B.CreateLShr(Slot, SFI_SLOT_SHIFT - At.Shift);
  return B.CreatePtrAdd(At.Slots, Slot);
}

Value *GuardEmitter::loadRights(Value *Slots, unsigned Number) {
  return B.CreateAlignedLoad(B.getIntNTy(8 * Number), Slots, Align(1));
}

/// A word, or what spans no more than 8 bytes, of which the first and the last
/// slot are all.
GuardEmitter::Found GuardEmitter::guardFew(const Group &G, const Window &W,
                                           int Walk) {
  Found At = find(addressOf(G, W.begin()), W.IsWord ? W.size() : 1, W.size(),
                  Walk);
  Value *Rights = loadRights(slotOf(At), 1);
  if (W.IsSpan)
    Rights = B.CreateAnd(Rights, loadRights(slotOf(At, W.size() - 1), 1));
  slowIfClear(Rights);
  return At;
}

/// One comparison where all is in the range that is kept. Else, out of line, a
/// guard like others, and one load of the eight slots among which the first
/// one is: all of them are kept if all may be written, else that one.
void GuardEmitter::guardInRange(const Group &G, const Window &W,
                                const Kept &K) {
  Instruction *Access = Before;
  Value *Address = B.CreatePtrToInt(addressOf(G, W.begin()), B.getInt64Ty());
  Value *Near = B.CreateSub(Address, B.CreateLoad(B.getInt64Ty(), K.Base));
  BasicBlock *Miss =
      BasicBlock::Create(M.getContext(), "sfi.miss", Access->getFunction());
  branchIf(B.CreateICmpUGE(Near, B.CreateLoad(B.getInt64Ty(), K.More)), Miss);
  BasicBlock *Go = Continue;
  B.SetInsertPoint(Miss);
  Before = B.CreateBr(Go);
  B.SetInsertPoint(Before);
  // Nothing is, where the slow path has the answer.
  B.CreateStore(B.getInt64(0), K.More);
  Found At = guardFew(G, W, /*Walk=*/-1);
  Value *Slot = B.CreateLShr(At.Distance, SFI_SLOT_SHIFT - At.Shift);
  Value *Rights =
      loadRights(B.CreatePtrAdd(At.Slots, B.CreateAnd(Slot, ~uint64_t(7))), 8);
  Value *All = B.getInt64(SFI_RIGHT_WRITE * 0x0101010101010101ULL);
  Value *Last = B.CreateSelect(B.CreateICmpEQ(B.CreateAnd(Rights, All), All),
                               B.getInt64(8 * SFI_SLOT_SIZE - 1),
                               B.getInt64(SFI_SLOT_SIZE - 1));
  B.CreateStore(B.CreateAnd(Address, B.CreateNot(Last)), K.Base);
  B.CreateStore(B.CreateSub(Last, B.getInt64(W.size() - 2)), K.More);
  Before = Access;
  Continue = Go;
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
  Found At = find(addressOf(G, W.Begin), SFI_SLOT_SIZE, W.Slots * SFI_SLOT_SIZE,
                  G.Walk);
  slowIfMissing(slotOf(At), W);
}

/// A lookup has found the leaf, and that the slots begin where they are thought
/// to: all that is left is to look at them.
void GuardEmitter::guardShared(const Group &G, const Window &W) {
  auto &[L, Slots] = Lookups[G.Lookup];
  Value *At =
      B.CreatePtrAdd(Slots, B.getInt64((W.Begin - L.Begin) / SFI_SLOT_SIZE));
  slowIfMissing(At, W);
}

/// To the cold block if bits of the mask are clear in the window's rights.
void GuardEmitter::slowIfMissing(Value *Slots, const Window &W) {
  Value *Rights = loadRights(Slots, W.Slots);
  Value *Missing = B.CreateAnd(B.CreateNot(Rights), W.Mask);
  slowIf(B.CreateIsNotNull(Missing));
}

/// To the cold block if the byte does not say that its slot may be written.
void GuardEmitter::slowIfClear(Value *Rights) {
  slowIf(B.CreateIsNull(B.CreateAnd(Rights, SFI_RIGHT_WRITE)));
}

void GuardEmitter::lookUp(const Lookup &L) {
  begin(L.At);
  Value *Start = L.Begin ? B.CreatePtrAdd(L.Base, B.getInt64(L.Begin)) : L.Base;
  Value *Found = slotOf(find(Start, SFI_SLOT_SIZE, L.End - L.Begin, L.Walk));
  // Where it is not found there are no rights to see.
  BasicBlock *Here = Continue;
  Continue = SplitBlock(Here, B.GetInsertPoint());
  Continue->setName("sfi.found");
  B.SetInsertPoint(Cold);
  B.CreateBr(Continue);
  B.SetInsertPoint(Continue, Continue->begin());
  PHINode *Phi = B.CreatePHI(B.getPtrTy(), 2, "sfi.slots");
  Phi->addIncoming(Found, Here);
  Phi->addIncoming(getNowhere(), Cold);
  Lookups.push_back({L, Phi});
}

/// As many slots as a lookup may be asked for, without any right. The driver
/// cannot name it, and it is constant: nobody writes it.
Constant *GuardEmitter::getNowhere() {
  if (!Nowhere) {
    auto *Ty = ArrayType::get(B.getInt8Ty(), Lookup::MaxSpan / SFI_SLOT_SIZE);
    Nowhere = new GlobalVariable(M, Ty, /*isConstant=*/true,
                                 GlobalValue::InternalLinkage,
                                 ConstantAggregateZero::get(Ty), "sfi.nowhere");
  }
  return Nowhere;
}

/// Registers in the end: finishFunction().
void GuardEmitter::keep(const Walk &W) {
  BasicBlock &Entry = W.Before->getFunction()->getEntryBlock();
  B.SetInsertPoint(&Entry, Entry.begin());
  B.SetCurrentDebugLocation(DebugLoc());
  Type *Number = B.getInt64Ty();
  Kept K = {B.CreateAlloca(Number),
            B.CreateAlloca(W.Size ? Number : B.getPtrTy())};
  Walks.push_back({W, K});
  begin(W.Before);
  if (W.Size) {
    B.CreateStore(B.getInt64(0), K.Base);
    B.CreateStore(B.getInt64(0), K.More);
    return;
  }
  // Any chunk will do: who asks compares.
  Value *Address =
      W.Start ? B.CreatePtrToInt(W.Start, B.getInt64Ty()) : B.getInt64(0);
  Value *Chunk = loadChunk(Address);
  B.CreateStore(loadBase(Chunk), K.Base);
  B.CreateStore(loadSlots(Chunk), K.More);
}

void GuardEmitter::startFunction(const Elision &Plan) {
  Lookups.clear();
  Walks.clear();
  for (const Walk &W : Plan.Walks)
    keep(W);
  for (const Lookup &L : Plan.Lookups)
    lookUp(L);
}

void GuardEmitter::finishFunction(Function &F) {
  SmallVector<AllocaInst *> Allocas;
  for (auto &[W, K] : Walks)
    Allocas.append({K.Base, K.More});
  if (Allocas.empty())
    return;
  DominatorTree DT(F);
  PromoteMemToReg(Allocas, DT);
}

void GuardEmitter::guardGroup(const Group &G) {
  const Access &First = *G.Members.front();
  if (!begin(First.I))
    return;
  std::optional<Window> W = G.getWindow(M.getDataLayout());
  if (!W) {
    callSlow(First.Ptr, First.Size);
    return;
  }
  if (G.Lookup >= 0)
    guardShared(G, *W);
  else if (G.Walk >= 0 && Walks[G.Walk].first.Size)
    guardInRange(G, *W, Walks[G.Walk].second);
  else if (W->IsWord || W->IsSpan)
    guardFew(G, *W, G.Walk);
  else
    guardWindow(G, *W);
  B.SetInsertPoint(Cold);
  B.SetInsertPoint(B.CreateBr(Continue));
  // A shared guard has no use for the address itself: made where it is needed.
  for (ByteRange R : W->Runs)
    callSlow(G.Lookup >= 0 ? B.CreatePtrAdd(G.Base, B.getInt64(R.Begin))
                           : addressOf(G, R.Begin),
             R.End - R.Begin);
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
  slowIfClear(loadRights(slotOf(find(Ptr, A.Size, A.Size, /*Walk=*/-1)), 1));
  B.SetInsertPoint(Cold);
  B.SetInsertPoint(B.CreateBr(Continue));
  callSlow(Ptr, A.Size);
}

} // namespace sfi
