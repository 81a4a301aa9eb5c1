// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of an inline assembly statement, taken apart.

#ifndef SFI_LIB_ASMTEXT_H
#define SFI_LIB_ASMTEXT_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace sfi {

/// One instruction: `1: lock; btsq %2, %0` is label 1, prefix lock, mnemonic
/// btsq and two operands.
struct AsmInst {
  std::string Mnemonic;
  llvm::SmallVector<std::string, 3> Operands;
  llvm::SmallVector<std::string, 1> Prefixes;
  llvm::SmallVector<std::string, 1> Labels; ///< that lead to it
};

/// The instructions of TEXT (AT&T syntax, operands written $N or ${N:m} as in
/// LLVM IR). Comments and what goes into sections of the kernel's own tables
/// are left out; the replacement code of alternatives is not, but no label
/// leads there. Labels behind the last instruction lead to a nop. Fails on a
/// directive or section that is not known.
llvm::Expected<llvm::SmallVector<AsmInst>> parseAsmText(llvm::StringRef Text);

} // namespace sfi

#endif
