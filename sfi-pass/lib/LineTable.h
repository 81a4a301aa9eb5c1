// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Source locations for reports.

#ifndef SFI_LIB_LINETABLE_H
#define SFI_LIB_LINETABLE_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/Module.h"

namespace sfi {

/// The unit's part of section .sfi_lines.
class LineTable {
public:
  explicit LineTable(llvm::Module &M) : M(M) {}

  /// An entry (struct sfi_line) for the address of Before: code from there on
  /// is blamed on Loc. Nothing if Loc is no location.
  void mark(llvm::Instruction *Before, const llvm::DebugLoc &Loc);

  /// Marks in F what may raise an exception, and calls, where the line changes.
  void markFunction(llvm::Function &F);

  /// Defines "sfi.lines" and "sfi.lines_end" around the entries. The last thing
  /// that is done to the unit's code.
  void finish();

private:
  llvm::Constant *fileName(const llvm::DILocation &Loc);

  llvm::Module &M;
  llvm::DenseMap<const llvm::DIFile *, llvm::Constant *> Names;
};

} // namespace sfi

#endif
