// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors of both phases. DiagnosticInfoUnsupported is the one kind that clang
// prints with the full location of a DebugLoc and counts as an error.

#include "Diag.h"

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instruction.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace sfi {

void error(const Instruction &I, const Twine &Message) {
  const Function &F = *I.getFunction();
  DiagnosticLocation Loc = I.getDebugLoc()
                               ? DiagnosticLocation(I.getDebugLoc())
                               : DiagnosticLocation(F.getSubprogram());
  F.getContext().diagnose(DiagnosticInfoUnsupported(F, Message, Loc));
}

void error(const Function &F, const Twine &Message) {
  F.getContext().diagnose(DiagnosticInfoUnsupported(
      F, Message, DiagnosticLocation(F.getSubprogram())));
}

void error(Module &M, const Twine &Message) {
  M.getContext().emitError(Message);
}

} // namespace sfi
