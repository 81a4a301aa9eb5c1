// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables of a translation unit that the runtime reads.

#ifndef SFI_LIB_UNIT_H
#define SFI_LIB_UNIT_H

#include "Counters.h"
#include "Policy.h"

namespace llvm {
class Module;
}

namespace sfi {

/// Writes struct sfi_unit and its tables, removes what carried the types of
/// functions this far, and defines __sfi_self where it belongs. The last thing
/// that is done to a module.
///
/// If the late phase made source locations, their bounds are the globals
/// "sfi.lines" and "sfi.lines_end".
void finishUnit(llvm::Module &M, const Policy &P, const Counters &Count);

} // namespace sfi

#endif
