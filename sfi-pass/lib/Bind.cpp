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

/// Sections that a driver's code, data, and what it says of itself may be in.
/// Others are the kernel's: its loader changes code by them, runs them, exports
/// what is in them or finds in them where to go on after a fault. What inline
/// assembly puts there belongs to its statement; a variable belongs to nothing.
/// (.orc_header is only a checksum of the format, which Kbuild's own unit of
/// each module has from 6.4 on.)
bool isDriverSection(const GlobalObject &G) {
  StringRef Section = G.getSection();
  if (Section.empty() || isInitSection(Section))
    return true;
  if (isa<Function>(G))
    return Section.starts_with(".") &&
           (Section.starts_with(".text") || Section.ends_with(".text"));
  // There can be one only, that of Kbuild's unit: another would be taken for
  // it.
  if (Section == ".gnu.linkonce.this_module")
    return G.getName() == "__this_module" && G.hasExternalLinkage();
  for (StringRef Prefix :
       {".data", ".bss", ".rodata", ".discard", ".modinfo", ".note.",
        ".orc_header", "__param", "__dyndbg", "__versions", "llvm.metadata"})
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
                   "supported; an array with an element for each CPU is");
    if (!G.isDeclaration() && isReservedName(G.getName()))
      error(M, "'" + G.getName() + "' is a name of the isolation runtime");
  }
  for (Function &F : M)
    if (isReservedName(F.getName()))
      error(F, "'" + F.getName() + "' is a name of the isolation runtime");
  for (GlobalValue &G : M.global_values()) {
    StringRef Name = G.getName();
    Name.consume_front("\1");
    // No name of C has a dot, but an assembly label may: what the pass makes is
    // called so.
    if (Name.starts_with("sfi."))
      error(M, "'" + Name + "' is a name of the isolation runtime");
    if (Name.starts_with(".L"))
      error(M, "'" + Name +
                   "' is a label's name: it would lead into a statement of "
                   "assembly, behind its guard");
  }
  for (GlobalObject &G : M.global_objects())
    if (!G.isDeclaration() && !isDriverSection(G))
      error(M, "'" + G.getName() + "': section '" + G.getSection() +
                   "' is not for a driver's own");
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
