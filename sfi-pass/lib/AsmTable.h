// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the processor's instructions and registers are, as far as inline
// assembly in a driver may use them.

#ifndef SFI_LIB_ASMTABLE_H
#define SFI_LIB_ASMTABLE_H

#include "AsmText.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace sfi {

/// What an instruction does with its operands.
enum class Effect {
  Reads, ///< writes registers and flags at most, whatever its operands
  Last,  ///< writes its last operand
  All,   ///< may write every operand
  Bits,  ///< writes the last operand, at the bit the first one says
  Load,  ///< as Last, and the last must be a register
  Jump,  ///< to a label
  Call,  ///< to a function that isCallable() knows
  PushFlags,
  PopFlags, ///< reads the flags by way of the stack
  Unknown,
};

struct Mnemonic {
  Effect Does;
  uint64_t Width; ///< bytes written, from the suffix; 0: not said
};

/// What the instruction of this name does, with its suffix or without.
Mnemonic lookUp(llvm::StringRef Name);

/// Bytes that each step of movs and stos writes; 0: another instruction.
uint64_t stringWidth(llvm::StringRef Name);

/// Registers that an instruction writes without naming them.
llvm::SmallVector<llvm::StringRef, 4> implicitlyWritten(const AsmInst &I);

/// "%r10d" is r10, "%eax" is ax, "%cl" is cx: the name that constraints use,
/// without the r of the old ones.
std::string registerName(llvm::StringRef Text);

/// Bytes in a general register of this name; 0: it is none.
uint64_t registerWidth(llvm::StringRef Text);

/// A register for values. The stack and the frame pointer are not: what the
/// compiler itself stores goes by them.
bool isGeneral(llvm::StringRef Name);

/// A register that only the kernel may even read.
bool isPrivileged(llvm::StringRef Text);

/// Functions that a template may call: they write nothing but user memory that
/// they have checked, or nothing at all.
bool isCallable(llvm::StringRef Name);

/// Registers that they change. Where the compiler does not know, it may have
/// an address there that has been checked.
llvm::SmallVector<llvm::StringRef, 4> writtenByCall(llvm::StringRef Name);

} // namespace sfi

#endif
