// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What only the AST knows and the passes need: how a kernel function is
// declared, whether a declaration is the kernel's or the driver's, and which
// kinds of callback a function's address becomes. Filled by Collect.cpp from
// the AST before code generation; knows nothing of Clang. All names are those
// of the symbols in the IR.
//
// The hash of a function's C type is not here: clang's kcfi sanitizer attaches
// it to functions (!kcfi_type) and indirect calls (operand bundle "kcfi"), and
// the plugin makes it do so.

#ifndef SFI_LIB_TYPETABLE_H
#define SFI_LIB_TYPETABLE_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sfi {

/// A function, as declared and as used.
struct FunctionFacts {
  std::string Prototype; ///< "int f(struct x *p)", no semicolon
  bool Kernel = false;   ///< declared by a kernel header, or by nobody
  bool ByValue = false;  ///< takes a structure by value
  uint32_t Place = 0;    ///< where the driver first refers to it (for ReportAt)
  /// Keys of the policy's callbacks that the function's address may become.
  std::set<std::string> Callbacks;
  /// Uses as a callback of the kernel that the policy does not know: a message
  /// with the line to add, and where the use is (for ReportAt).
  std::map<std::string, uint32_t> Unknown;
};

/// A variable, as declared.
struct VariableFacts {
  bool Kernel = false; ///< declared by a kernel header
  uint32_t Place = 0;  ///< where the driver first refers to it (for ReportAt)
};

struct TypeTable {
  llvm::StringMap<FunctionFacts> Functions;
  llvm::StringMap<VariableFacts> Variables;
  /// Structures with callbacks the policy knows: byte offset to callback key.
  llvm::StringMap<std::map<uint64_t, std::string>> Fields;
  /// Folders whose headers are the kernel's, each ending in a slash.
  std::vector<std::string> KernelFolders;

  /// Reports an error at a place in the source; set together with the facts.
  std::function<void(uint32_t Place, llvm::StringRef Message)> ReportAt;

  /// Facts of a function, or null if the AST has none (made by the compiler).
  const FunctionFacts *function(llvm::StringRef Name) const;
  /// Facts of a variable, or null.
  const VariableFacts *variable(llvm::StringRef Name) const;
  /// Is a file of that path a header of the kernel?
  bool isKernelHeader(llvm::StringRef Path) const;
};

} // namespace sfi

#endif
