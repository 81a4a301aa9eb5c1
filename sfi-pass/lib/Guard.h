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

  /// A guard before the first member of G, for all of them.
  void guardGroup(const Group &G);

  /// A guard for an access whose extent is known only when it runs.
  void guardAlone(const Access &A);

private:
  struct Window;

  bool begin(llvm::Instruction *Before);
  void slowIf(llvm::Value *Condition);
  void loadLeaf(llvm::Value *Address);
  void guardWord(llvm::Value *Ptr, uint64_t Size);
  void guardWindow(const Group &G, const Window &W);
  llvm::Value *loadRights(llvm::Value *Slot, unsigned Slots);
  llvm::Value *addressOf(const Group &G, int64_t Offset);
  void callSlow(llvm::Value *Ptr, llvm::Value *Size);
  void callSlow(llvm::Value *Ptr, uint64_t Size);

  llvm::Module &M;
  LineTable &Lines;
  llvm::Constant *Self;
  llvm::Function *Slow;

  // Of the guard that is being emitted.
  llvm::Instruction *Before = nullptr;  ///< the access
  llvm::BasicBlock *Cold = nullptr;     ///< made at the first slowIf()
  llvm::BasicBlock *Continue = nullptr; ///< where Before is, once Cold is
  llvm::IRBuilder<> B;
  llvm::Value *Leaf = nullptr; ///< address of the leaf's bytes
};

} // namespace sfi

#endif
