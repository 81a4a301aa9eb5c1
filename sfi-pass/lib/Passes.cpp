// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two phases as LLVM passes, and where in the pipeline they run.
//
// Early: at the start, while the IR still is what the source says: calls of
// kernel functions and addresses of functions are bound. Late: when the
// optimizer is done: what is left gets its guards, then the unit's tables are
// written. Neither may be skipped for optnone functions, so both are required.

#include "Bind.h"
#include "Diag.h"
#include "Imports.h"
#include "Late.h"
#include "Prototypes.h"
#include "Session.h"
#include "Unit.h"

#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/SeparateConstOffsetFromGEP.h"

using namespace llvm;

namespace sfi {

Session &session() {
  static Session S;
  return S;
}

std::optional<std::string> openPolicy(StringRef Path) {
  Session &S = session();
  if (S.Pol)
    return std::nullopt;
  Expected<Policy> P = Policy::load(Path);
  if (!P)
    return toString(P.takeError());
  S.Pol = std::move(*P);
  S.PolicyPath = Path.str();
  return std::nullopt;
}

namespace {

/// Says which phases a module has been through: the pipeline may be built twice
/// (Kbuild concatenates flags), and the second run must change nothing.
constexpr char EarlyDone[] = "sfi.early";
constexpr char LateDone[] = "sfi.late";

bool claim(Module &M, StringRef Mark) {
  if (M.getNamedMetadata(Mark))
    return false;
  M.getOrInsertNamedMetadata(Mark);
  return true;
}

/// The policy must be there: the plugin's, or under opt the one that the
/// environment names.
const Policy *requirePolicy(Module &M) {
  Session &S = session();
  if (!S.Pol) {
    const char *Path = getenv("SFI_POLICY");
    std::optional<std::string> Message =
        Path ? openPolicy(Path) : std::string("sfi-pass: no policy given");
    if (Message)
      error(M, *Message);
  }
  return S.Pol ? &*S.Pol : nullptr;
}

struct EarlyPass : PassInfoMixin<EarlyPass> {
  static bool isRequired() { return true; }
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &AM) {
    const Policy *P = requirePolicy(M);
    if (!P || !claim(M, EarlyDone))
      return PreservedAnalyses::all();
    bindModule(M, *P, session().Types, session().Count);
    return PreservedAnalyses::none();
  }
};

struct LatePass : PassInfoMixin<LatePass> {
  static bool isRequired() { return true; }
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &AM) {
    const Policy *P = requirePolicy(M);
    if (!P || !claim(M, LateDone))
      return PreservedAnalyses::all();
    checkBound(M, *P, session().Types);
    makeIndirectTargets(M, *P, session().Types, session().Count);
    runLatePhase(M, AM, *P, session().Count);
    tiePrototypes(M, *P);
    finishUnit(M, *P, session().Count);
    return PreservedAnalyses::none();
  }
};

/// Neighbouring elements of a table at a distance from one pointer, where they
/// had an index each: their guards fold. An optimization like those before it;
/// guards are for what it makes.
FunctionPassManager makeNeighboursSeen() {
  FunctionPassManager FPM;
  FPM.addPass(SeparateConstOffsetFromGEPPass());
  FPM.addPass(EarlyCSEPass());
  return FPM;
}

void registerPasses(PassBuilder &PB) {
  PB.registerPipelineStartEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel) {
        MPM.addPass(EarlyPass());
      });
  PB.registerOptimizerLastEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel Level) {
        if (Level != OptimizationLevel::O0)
          MPM.addPass(createModuleToFunctionPassAdaptor(makeNeighboursSeen()));
        MPM.addPass(LatePass());
      });
  PB.registerPipelineParsingCallback(
      [](StringRef Name, ModulePassManager &MPM,
         ArrayRef<PassBuilder::PipelineElement>) {
        if (Name == "sfi-early")
          MPM.addPass(EarlyPass());
        else if (Name == "sfi-late")
          MPM.addPass(LatePass());
        else
          return false;
        return true;
      });
}

} // namespace

} // namespace sfi

extern "C" LLVM_ATTRIBUTE_WEAK
    __attribute__((visibility("default"))) PassPluginLibraryInfo
    llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "sfi-pass", "1", sfi::registerPasses};
}
