// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Source locations for reports: a table that is in the module itself, since a
// running kernel has no debug information at hand.
//
// An entry is made by an empty assembly statement, a label that pushes its
// address and location into a section of its own: in the slow path of a guard,
// and in the code where the line changes before something that can raise an
// exception or is a call. The statement keeps memory accesses around it in
// order and nothing else: of e1000_main.c's 17,618 instructions this changed
// 13, to fewer.
//
// Guards themselves have no location, only their slow paths: they cannot fault.
// Where code was inlined the line is the innermost, that of the statement.

#include "LineTable.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace sfi {

Constant *LineTable::fileName(const DILocation &Loc) {
  DIFile *File = Loc.getScope()->getFile();
  Constant *&Name = Names[File];
  if (Name)
    return Name;
  StringRef Path = File ? File->getFilename() : "";
  StringRef Base = Path.substr(Path.rfind('/') + 1);
  Constant *Text = ConstantDataArray::getString(M.getContext(), Base);
  auto *G = new GlobalVariable(M, Text->getType(), true,
                               GlobalValue::PrivateLinkage, Text, "sfi.file");
  G->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  G->setAlignment(Align(1));
  return Name = G;
}

void LineTable::mark(Instruction *Before, const DebugLoc &Loc) {
  if (!Loc || !Loc.getLine())
    return;
  std::string Text = "970:\n\t.pushsection .sfi_lines,\"a\",@progbits\n"
                     "\t.quad 970b, ${0:c}\n\t.long " +
                     std::to_string(Loc.getLine()) + ", " +
                     std::to_string(Loc.getCol()) + "\n\t.popsection";
  LLVMContext &C = M.getContext();
  auto *Ty =
      FunctionType::get(Type::getVoidTy(C), {PointerType::getUnqual(C)}, false);
  auto *Asm = InlineAsm::get(Ty, Text, "i", /*hasSideEffects=*/true);
  CallInst *Call =
      CallInst::Create(Ty, Asm, {fileName(*Loc)}, "", Before->getIterator());
  Call->setDoesNotAccessMemory();
  Call->setDoesNotThrow();
  Call->setDebugLoc(Loc);
}

/// Can I be what a report has to name?
static bool isBlamable(const Instruction &I) {
  if (auto *CB = dyn_cast<CallBase>(&I))
    return !isa<IntrinsicInst>(I) && !CB->isInlineAsm();
  return I.mayReadFromMemory() || I.getOpcode() == Instruction::UDiv ||
         I.getOpcode() == Instruction::SDiv ||
         I.getOpcode() == Instruction::URem ||
         I.getOpcode() == Instruction::SRem;
}

static bool isSameLine(const DILocation *A, const DILocation *B) {
  return A && A->getLine() == B->getLine() &&
         A->getScope()->getFile() == B->getScope()->getFile();
}

void LineTable::markFunction(Function &F) {
  for (BasicBlock &BB : F) {
    const DILocation *Last = nullptr;
    for (Instruction &I : make_early_inc_range(BB)) {
      const DILocation *Loc = I.getDebugLoc();
      if (!Loc || !isBlamable(I) || isSameLine(Last, Loc))
        continue;
      mark(&I, Loc);
      Last = Loc;
    }
  }
}

void LineTable::finish() {
  // File-level assembly is emitted before all functions, variables after them.
  M.appendModuleInlineAsm(".pushsection .sfi_lines,\"a\",@progbits\n"
                          ".balign 8\nsfi.lines:\n.popsection");
  LLVMContext &C = M.getContext();
  auto *Empty = ArrayType::get(Type::getInt8Ty(C), 0);
  new GlobalVariable(M, Empty, true, GlobalValue::ExternalLinkage, nullptr,
                     "sfi.lines");
  auto *End =
      new GlobalVariable(M, Empty, true, GlobalValue::InternalLinkage,
                         ConstantAggregateZero::get(Empty), "sfi.lines_end");
  End->setSection(".sfi_lines");
  End->setAlignment(Align(8));
}

} // namespace sfi
