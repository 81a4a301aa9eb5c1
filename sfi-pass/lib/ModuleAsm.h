// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Assembly at file level.

#ifndef SFI_LIB_MODULEASM_H
#define SFI_LIB_MODULEASM_H

namespace llvm {
class Module;
}

namespace sfi {

/// Reports file-level assembly that is neither a macro definition nor a note,
/// and removes the lines that clang's kCFI front end wrote.
void checkModuleAsm(llvm::Module &M);

} // namespace sfi

#endif
