// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The early phase.

#ifndef SFI_LIB_BIND_H
#define SFI_LIB_BIND_H

#include "Counters.h"
#include "Policy.h"
#include "TypeTable.h"

namespace llvm {
class Module;
}

namespace sfi {

/// Mark of a gate (function attribute) and of its struct sfi_entry (attribute of
/// the variable).
constexpr char GateAttr[] = "sfi-gate";
constexpr char EntryAttr[] = "sfi-entry";

/// Binds a translation unit to the isolation runtime: calls of kernel functions
/// to import wrappers, addresses of driver functions that the kernel will call
/// to entry gates. Whatever the policy does not know is an error; all of a
/// unit's errors are reported in one run.
void bindModule(llvm::Module &M, const Policy &P, const TypeTable &Types,
                Counters &Count);

} // namespace sfi

#endif
