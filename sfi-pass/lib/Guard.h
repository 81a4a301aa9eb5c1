// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code of guards.

#ifndef SFI_LIB_GUARD_H
#define SFI_LIB_GUARD_H

#include "Elide.h"
#include "LineTable.h"

#include "llvm/IR/IRBuilder.h"

namespace sfi {

/// Emits guards: the fast path of the ABI header in line, the call of sfi_guard
/// in a block at the function's end.
class GuardEmitter {
public:
  GuardEmitter(llvm::Module &M, LineTable &Lines);

  /// Makes the lookups of a function, before any of its guards.
  void startFunction(const Elision &Plan);

  /// When all guards of F are made.
  void finishFunction(llvm::Function &F);

  /// A guard before the first member of G, for all of them.
  void guardGroup(const Group &G);

  /// A guard for an access whose extent is known only when it runs.
  void guardAlone(const Access &A);

private:
  /// A place in a chunk: its leaf, and how far it is, in units of 1 << Shift
  /// bytes.
  struct Found {
    llvm::Value *Slots, *Distance;
    unsigned Shift;
  };

  /// What a walk keeps: where it begins and, of a chunk, its leaf, of a range,
  /// at how many bytes from there on an access may begin.
  struct Kept {
    llvm::AllocaInst *Base, *More;
  };

  bool begin(llvm::Instruction *Before);
  llvm::BasicBlock *getCold();
  void slowIf(llvm::Value *Condition);
  void branchIf(llvm::Value *Condition, llvm::BasicBlock *Seldom);
  llvm::Value *loadChunk(llvm::Value *Address);
  llvm::Value *loadBase(llvm::Value *Chunk);
  llvm::Value *loadSlots(llvm::Value *Chunk);
  llvm::Value *getDistance(llvm::Value *Address, llvm::Value *Base,
                           unsigned Shift);
  Found find(llvm::Value *Ptr, uint64_t AlignTo, uint64_t Bytes, int Walk);
  Found findKept(llvm::Value *Ptr, unsigned Shift, llvm::Value *Last,
                 const Kept &K);
  llvm::Value *slotOf(const Found &At, uint64_t More = 0);
  llvm::Value *loadRights(llvm::Value *Slots, unsigned Number);
  Found guardFew(const Group &G, const Window &W, int Walk);
  void guardInRange(const Group &G, const Window &W, const Kept &K);
  void guardWindow(const Group &G, const Window &W);
  void guardShared(const Group &G, const Window &W);
  void slowIfMissing(llvm::Value *Slots, const Window &W);
  void slowIfClear(llvm::Value *Rights);
  void keep(const Walk &W);
  void lookUp(const Lookup &L);
  llvm::Constant *getNowhere();
  llvm::Value *addressOf(const Group &G, int64_t Offset);
  void callSlow(llvm::Value *Ptr, llvm::Value *Size);
  void callSlow(llvm::Value *Ptr, uint64_t Size);

  llvm::Module &M;
  LineTable &Lines;
  llvm::Constant *Self;
  llvm::Function *Slow;
  llvm::Constant *Nowhere = nullptr; ///< made for the first lookup

  /// Of the function, with the address of the rights of the first slot.
  llvm::SmallVector<std::pair<Lookup, llvm::Value *>> Lookups;
  llvm::SmallVector<std::pair<Walk, Kept>> Walks;

  // Of the guard that is being emitted.
  llvm::Instruction *Before = nullptr;  ///< the access
  llvm::BasicBlock *Cold = nullptr;     ///< made at the first slowIf()
  llvm::BasicBlock *Continue = nullptr; ///< where Before is, once Cold is
  llvm::IRBuilder<> B;
};

} // namespace sfi

#endif
