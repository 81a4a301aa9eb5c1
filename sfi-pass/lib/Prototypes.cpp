// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prototypes of functions that units of a driver share.
//
// A caller that passes less than its callee takes gives it a part of its own
// frame for arguments, to be written without a guard. Within a unit the pass
// sees both. Between units the linker does: for a function F of type hash H
// that others may refer to there is a symbol of the name __sfi_type_H_F, and
// who refers to F refers to that as well. Where the types differ it stays
// undefined, and a module with an undefined symbol is not built, nor loaded.
//
// The symbols have no address and take no memory: the kernel's loader drops
// them. A function that another unit may replace when they are linked would be
// two types under one name; it is refused (Late.cpp).
//
// Not done: types of variables. What is stored there meets its guard.

#include "Prototypes.h"
#include "Abi.h"
#include "Imports.h"

#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace sfi {

namespace {

/// Is F a function of another unit of the driver that this one refers to?
bool isForeign(const Function &F, const Policy &P) {
  if (F.isIntrinsic() || F.use_empty() || isReservedName(F.getName()) ||
      isModuleOwn(F.getName()) || P.isDirect(F.getName()))
    return false;
  // The planter's functions are the kernel's.
  return !all_of(F.users(), [](const User *U) {
    auto *CB = dyn_cast<CallBase>(U);
    return CB && CB->hasFnAttr(DirectCallAttr);
  });
}

std::string typeSymbol(StringRef Name, const Function &F) {
  Name.consume_front("\1");
  return formatv("\"{0}{1:x-8}_{2}\"", SFI_TYPE_PREFIX, getTypeHash(F), Name);
}

void refer(Module &M, const std::string &Symbol) {
  M.appendModuleInlineAsm(".globl " + Symbol);
}

void define(Module &M, const std::string &Symbol) {
  refer(M, Symbol);
  M.appendModuleInlineAsm(Symbol + " = 0");
}

} // namespace

void tiePrototypes(Module &M, const Policy &P) {
  for (Function &F : M) {
    if (F.isDeclarationForLinker()) {
      if (isForeign(F, P))
        refer(M, typeSymbol(F.getName(), F));
    } else if (!F.hasLocalLinkage() && !isModuleOwn(F.getName())) {
      define(M, typeSymbol(F.getName(), F));
    }
  }
  for (GlobalAlias &A : M.aliases()) {
    auto *F = dyn_cast<Function>(A.getAliaseeObject());
    if (F && !A.hasLocalLinkage() && !isModuleOwn(A.getName()))
      define(M, typeSymbol(A.getName(), *F));
  }
}

} // namespace sfi
