// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Body follows in the next commit.
#include "Collect.h"
namespace sfi { void collectFacts(clang::ASTContext &, const Policy &, TypeTable &) {} }
