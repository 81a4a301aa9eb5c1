// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Clang side of the plugin: one -fplugin=sfi-pass.so is all that a build
// needs. The action runs before code generation of every translation unit; it
// reads the policy, adds this same shared object to the LLVM pass plugins, and
// makes clang attach the hash of each C function type to functions and indirect
// calls. For the last it borrows the front end of -fsanitize=kcfi; the passes
// take all of its traces away again, so no kCFI code is generated.
//
// Arguments: -fplugin-arg-sfi-pass-policy=FILE, once.

#include "Collect.h"
#include "Session.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Decl.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "llvm/Support/DynamicLibrary.h"
#include <dlfcn.h>

using namespace clang;

namespace sfi {
namespace {

/// Path of the shared object that this code is in.
std::string ownPath() {
  Dl_info Info;
  if (!dladdr(reinterpret_cast<void *>(&ownPath), &Info))
    return "";
  return Info.dli_fname;
}

class Consumer : public ASTConsumer {
public:
  /// Functions that opt out of kCFI would have indirect calls without a type.
  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    for (Decl *D : Group)
      if (D->hasAttr<NoSanitizeAttr>())
        D->dropAttr<NoSanitizeAttr>();
    return true;
  }

  void HandleTranslationUnit(ASTContext &Context) override {
    if (session().Pol)
      collectFacts(Context, *session().Pol, session().Types);
  }
};

class Action : public PluginASTAction {
public:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI,
                                                 StringRef) override {
    // Given twice on a command line, a plugin is an action twice.
    static bool Active;
    if (Active)
      return std::make_unique<ASTConsumer>();
    Active = true;

    DiagnosticsEngine &Diags = CI.getDiagnostics();
    if (std::optional<std::string> Message = openPolicy(PolicyPath))
      report(Diags, *Message);
    // Whoever has to annotate wants all that is missing at once.
    Diags.setErrorLimit(0);
    CodeGenOptions &Options = CI.getCodeGenOpts();
    if (Options.PrepareForLTO || Options.PrepareForThinLTO)
      report(Diags, "isolated code cannot be built with link-time "
                    "optimization: guards go in when a unit is optimized");
    if (Options.DisableLLVMPasses)
      report(Diags, "isolated code cannot be built without LLVM's passes: two "
                    "of them put the guards in");
    // Another assembler would read inline assembly in its own way.
    if (Options.DisableIntegratedAS)
      report(Diags, "isolated code needs clang's own assembler");
    // An interrupt writes there, between a check and its use.
    if (!Options.DisableRedZone)
      report(Diags, "isolated code cannot have a red zone below its stack");
    if (Options.getDebugInfo() == llvm::codegenoptions::NoDebugInfo)
      Options.setDebugInfo(llvm::codegenoptions::LocTrackingOnly);
    Options.PassPlugins.push_back(ownPath());
    CI.getLangOpts().Sanitize.set(SanitizerKind::KCFI, true);
    return std::make_unique<Consumer>();
  }

  bool ParseArgs(const CompilerInstance &CI,
                 const std::vector<std::string> &Args) override {
    for (StringRef Arg : Args) {
      if (Arg.consume_front("pass-policy=")) {
        PolicyPath = Arg.str();
        continue;
      }
      report(CI.getDiagnostics(), "unknown argument '" + Arg.str() + "'");
      return false;
    }
    if (PolicyPath.empty())
      report(CI.getDiagnostics(),
             "no policy: give -fplugin-arg-sfi-pass-policy=FILE");
    return !PolicyPath.empty();
  }

  ActionType getActionType() override { return AddBeforeMainAction; }

private:
  static void report(DiagnosticsEngine &Diags, StringRef Message) {
    unsigned ID =
        Diags.getCustomDiagID(DiagnosticsEngine::Error, "sfi-pass: %0");
    Diags.Report(ID) << Message;
  }

  std::string PolicyPath;
};

// Clang takes the plugin's name in an argument to end at the first dash: under
// this name -fplugin-arg-sfi-pass-policy=FILE arrives as "pass-policy=FILE".
FrontendPluginRegistry::Add<Action> Registered("sfi",
                                               "isolates a kernel driver");

} // namespace
} // namespace sfi
