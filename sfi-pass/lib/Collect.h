// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Filling the type table from the AST.

#ifndef SFI_LIB_COLLECT_H
#define SFI_LIB_COLLECT_H

#include "Policy.h"
#include "TypeTable.h"

namespace clang {
class ASTContext;
}

namespace sfi {

/// Records what the passes need of a parsed translation unit.
void collectFacts(clang::ASTContext &Context, const Policy &P,
                  TypeTable &Types);

} // namespace sfi

#endif
