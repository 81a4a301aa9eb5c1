// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an instruction writes.

#ifndef SFI_LIB_ACCESS_H
#define SFI_LIB_ACCESS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Attributes.h"
#include "llvm/IR/CallingConv.h"
#include "llvm/IR/Instruction.h"
#include "llvm/Support/Alignment.h"

namespace llvm {
class CallBase;
class Function;
class Value;
} // namespace llvm

namespace sfi {

/// How the bytes that an access writes follow from its operands.
enum class Extent {
  Fixed,  ///< Size bytes at Ptr
  Length, ///< Length * Size bytes at Ptr; Length is an integer
  Bit,    ///< the Size bytes at Ptr that hold bit number Length (signed)
};

/// One write to memory. An instruction may make several.
struct Access {
  llvm::Instruction *I;
  llvm::Value *Ptr; ///< the value that is stored through
  Extent Kind;
  uint64_t Size;         ///< bytes, or the unit; see Extent
  llvm::Value *Length;   ///< null if Kind is Fixed
  llvm::Align Alignment; ///< what the IR claims of Ptr; a hint, never trusted
  /// Made by a function of the runtime that checks it (MemIntrinsics.cpp).
  bool CheckedByCallee = false;
  /// To a local whose address is still the function's secret (Locals.cpp).
  bool Unexposed = false;
};

/// Appends what I writes to Writes. An instruction that is not understood is
/// reported as an error at its source location; the result is then false.
bool classify(llvm::Instruction &I, llvm::SmallVectorImpl<Access> &Writes);

/// Is F called as what it is? Arguments that lie on the stack are the callee's
/// to write: if the caller has not put them there it would write the caller's
/// frame, and believe to be within bounds. A short integer is believed to be
/// extended as the declaration says.
bool agrees(const llvm::CallBase &CB, const llvm::Function &F);

/// Does a call of these properties, or a call of such a function, keep and
/// clobber the same registers as all others do? A function's type says nothing
/// of it: what the caller kept could be changed behind its check.
bool isOrdinaryCall(llvm::CallingConv::ID Convention,
                    llvm::AttributeList Attributes);

/// The part of classify() for inline assembly (InlineAsm.cpp).
bool classifyAsm(llvm::CallBase &CB, llvm::SmallVectorImpl<Access> &Writes);

/// May an assembler macro have this name? Not if classifyAsm() would take a use
/// of it for something else.
bool isMacroName(llvm::StringRef Name);

} // namespace sfi

#endif
