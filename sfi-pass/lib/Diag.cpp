// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors of both phases. DiagnosticInfoUnsupported is the one kind that clang
// prints with the full location of a DebugLoc and counts as an error.

#include "Diag.h"
#include "Session.h"

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instruction.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace sfi {

namespace {

/// Where the driver is to blame for code at LOC: out of the inlines of kernel
/// headers. A header's inline that was not inlined is blamed itself.
const DILocation *driverLocation(const DILocation *Loc) {
  const TypeTable &Types = session().Types;
  for (const DILocation *L = Loc; L; L = L->getInlinedAt()) {
    SmallString<256> Path(L->getFilename());
    sys::fs::make_absolute(L->getDirectory(), Path);
    if (!Types.isKernelHeader(Path))
      return L;
  }
  return Loc;
}

} // namespace

void error(const Instruction &I, const Twine &Message) {
  const Function &F = *I.getFunction();
  const DILocation *Exact = I.getDebugLoc();
  if (!Exact) {
    error(F, Message);
    return;
  }
  const DILocation *Loc = driverLocation(Exact);
  std::string Inline;
  if (Loc != Exact)
    Inline = (" (within inline code of " +
              sys::path::filename(Exact->getFilename()) + ":" +
              Twine(Exact->getLine()) + ")")
                 .str();
  F.getContext().diagnose(
      DiagnosticInfoUnsupported(F, Message + Inline, DiagnosticLocation(Loc)));
}

void error(const Function &F, const Twine &Message) {
  F.getContext().diagnose(DiagnosticInfoUnsupported(
      F, Message, DiagnosticLocation(F.getSubprogram())));
}

void error(Module &M, const Twine &Message) {
  M.getContext().emitError(Message);
}

} // namespace sfi
