// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Body follows in the next commit.
#include "Bind.h"
namespace sfi { void bindModule(llvm::Module &M, const Policy &P, const TypeTable &Types,
                Counters &Count) {} }
