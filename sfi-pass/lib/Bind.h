// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The early phase, and the check of what it left.

#ifndef SFI_LIB_BIND_H
#define SFI_LIB_BIND_H

#include "Counters.h"
#include "Policy.h"
#include "TypeTable.h"

namespace llvm {
class Module;
}

namespace sfi {

/// Mark of a gate (function attribute) and of its struct sfi_entry (attribute
/// of the variable).
constexpr char GateAttr[] = "sfi-gate";
constexpr char EntryAttr[] = "sfi-entry";

/// Binds a translation unit to the isolation runtime: calls of kernel functions
/// to import wrappers, addresses of driver functions that the kernel will call
/// to entry gates; drops sections that the kernel would free after init. What
/// the policy does not know is left as it is: checkBound() finds it.
void bindModule(llvm::Module &M, const Policy &P, const TypeTable &Types,
                Counters &Count);

/// Reports, after optimization, every reference to the kernel that is bound to
/// nothing: functions, data, callbacks. Not done early because much of what
/// headers refer to never is code (build-time assertions, branches on
/// constants). All of a unit's errors are reported in one run.
void checkBound(llvm::Module &M, const Policy &P, const TypeTable &Types);

} // namespace sfi

#endif
