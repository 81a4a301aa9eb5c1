// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Look-ups in the type table.

#include "TypeTable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace sfi {

const FunctionFacts *TypeTable::function(StringRef Name) const {
  Name.consume_front("\1");
  auto It = Functions.find(Name);
  return It == Functions.end() ? nullptr : &It->second;
}

const VariableFacts *TypeTable::variable(StringRef Name) const {
  Name.consume_front("\1");
  auto It = Variables.find(Name);
  return It == Variables.end() ? nullptr : &It->second;
}

bool TypeTable::isKernelHeader(StringRef Path) const {
  SmallString<256> Clean(Path);
  sys::fs::make_absolute(Clean);
  sys::path::remove_dots(Clean, /*remove_dot_dot=*/true);
  return any_of(KernelFolders, [&](StringRef Folder) {
    return Clean.str().starts_with(Folder);
  });
}

} // namespace sfi
