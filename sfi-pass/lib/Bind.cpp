// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The early phase. Runs before any optimization, while calls, initializers and
// names still are what the source says: a wrapper must be in place before a
// callee's attributes are believed, and a gate before an address is propagated.
//
// Deliberately not done here: guards (the optimizer would have to carry them
// along), and errors about unknown names (see checkBound).

#include "Bind.h"
#include "Abi.h"
#include "Diag.h"
#include "Gates.h"
#include "Imports.h"
#include "ModuleAsm.h"

#include "llvm/IR/Module.h"

using namespace llvm;

namespace sfi {

namespace {

/// Sections that the kernel frees or write-protects after init (D10: a restart
/// runs init again).
bool isInitSection(StringRef Section) {
  for (StringRef Prefix : {".init.", ".exit.", ".meminit.", ".memexit.",
                           ".ref.", ".data..ro_after_init"})
    if (Section.starts_with(Prefix))
      return true;
  return false;
}

void dropInitSections(Module &M) {
  for (GlobalObject &G : M.global_objects()) {
    if (!isInitSection(G.getSection()))
      continue;
    G.setSection("");
  }
}

/// Sections by which the kernel's loader changes code, runs it, or finds where
/// to go on after a fault. What inline assembly puts there belongs to its
/// statement; a variable belongs to nothing. (.orc_header is only a checksum of
/// the format, which Kbuild's own unit of each module has from 6.4 on.)
bool isLoaderSection(StringRef Section) {
  for (StringRef Prefix :
       {".altinstr", ".parainstructions", ".smp_locks", ".retpoline_sites",
        ".return_sites", ".call_sites", ".ibt_endbr_seal", ".static_call",
        ".orc_unwind", ".init_array", ".fini_array", ".ctors", ".dtors", "__ex_table",
        "__jump_table", "__bug_table", "__mcount_loc"})
    if (Section.starts_with(Prefix))
      return true;
  return false;
}

/// Constructs that would be a hole if they were let through.
void refuseUnsupported(Module &M) {
  for (GlobalVariable &G : M.globals()) {
    if (!G.isDeclaration() && G.getSection().starts_with(".data..percpu"))
      error(M, "'" + G.getName() +
                   "': per-CPU variables of an isolated driver are not "
                   "supported; use alloc_percpu()");
    if (!G.isDeclaration() && isLoaderSection(G.getSection()))
      error(M, "'" + G.getName() + "': section '" + G.getSection() +
                   "' is for the kernel's module loader");
    if (!G.isDeclaration() && isReservedName(G.getName()))
      error(M, "'" + G.getName() + "' is a name of the isolation runtime");
  }
  for (Function &F : M)
    if (isReservedName(F.getName()))
      error(F, "'" + F.getName() + "' is a name of the isolation runtime");
  for (GlobalAlias &A : M.aliases())
    if (isReservedName(A.getName()))
      error(M, "'" + A.getName() + "' is a name of the isolation runtime");
  for (GlobalIFunc &I : M.ifuncs())
    error(M, "'" + I.getName() + "': indirect functions are not supported");
}

} // namespace

void bindModule(Module &M, const Policy &P, const TypeTable &Types,
                Counters &Count) {
  refuseUnsupported(M);
  checkModuleAsm(M);
  dropInitSections(M);
  bindImports(M, P, Types, Count);
  makeGates(M, P, Types, Count);
}

void checkBound(Module &M, const Policy &P, const TypeTable &Types) {
  checkImports(M, P, Types);
  checkCallbacks(M, Types);
}

} // namespace sfi
