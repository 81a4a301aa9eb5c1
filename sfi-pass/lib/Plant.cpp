// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The planter: a plugin of its own that puts bugs into a driver for tests and
// demonstrations. Without it, and without the header that holds the bugs, no
// build can contain one.
//
// Argument: -fplugin-arg-sfi_plant-list=FILE, a list of "function: bug" lines
// ('#' begins a comment). At the entry of each named function that the unit
// defines it inserts
//
//     if (sfi_plant_hit(ID))
//       sfi_plant_bug_BUG();
//
// with ID the 32-bit FNV-1a hash of "function:bug", and says so on stderr, so
// that a build can check that no line was in vain. The bugs are functions of
// the unit (from an included header), so isolation treats them as the driver's.
//
// Two kinds of bugs are none of these: a driver that breaks no rule and works no
// more. From the time it fires a variable is set,
//
//     if (sfi_plant_hit(ID))
//       sfi_plant_stuck_FUNCTION = 1;
//
// and while it is, with "skip" the function returns zero at once, and with
// "omit_CALLEE" it does not make its calls of CALLEE, which seem to return zero.
// The variable is the driver's own: a restart gives it its first contents.
//
// Runs before the isolation plugin does, which must come later on the command
// line; calls of sfi_plant_* functions that are not defined here are marked for
// it as direct.

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include <dlfcn.h>

using namespace llvm;

namespace {

/// One line of the list.
struct Plant {
  std::string Function, Bug;
  std::string name() const { return Function + ":" + Bug; }
};

std::vector<Plant> &plants() {
  static std::vector<Plant> List;
  return List;
}

/// Reads the list; returns what is wrong with it, or "".
std::string readList(StringRef Path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer)
    return ("'" + Path + "': " + Buffer.getError().message()).str();
  SmallVector<StringRef> Lines;
  (*Buffer)->getBuffer().split(Lines, '\n');
  for (auto [Number, Line] : enumerate(Lines)) {
    StringRef Text = Line.split('#').first.trim();
    if (Text.empty())
      continue;
    auto [Function, Bug] = Text.split(':');
    Function = Function.trim();
    Bug = Bug.trim();
    if (Function.empty() || Bug.empty())
      return (Path + ":" + Twine(Number + 1) +
              ": not of the form \"function: bug\"")
          .str();
    plants().push_back({Function.str(), Bug.str()});
  }
  return "";
}

/// FNV-1a, 32 bits.
uint32_t plantId(StringRef Text) {
  uint32_t Hash = 0x811c9dc5;
  for (unsigned char C : Text)
    Hash = (Hash ^ C) * 0x01000193;
  return Hash;
}

class PlantPass : public PassInfoMixin<PlantPass> {
public:
  static bool isRequired() { return true; }

  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    if (M.getNamedMetadata("sfi.planted"))
      return PreservedAnalyses::all();
    M.getOrInsertNamedMetadata("sfi.planted");
    // The first of a function's plants is to be asked first: insert backwards.
    for (const Plant &P : reverse(plants())) {
      Function *F = M.getFunction(P.Function);
      if (F && !F->isDeclaration())
        plant(M, *F, P);
    }
    markDirectCalls(M);
    return PreservedAnalyses::none();
  }

private:
  static void plant(Module &M, Function &F, const Plant &P) {
    LLVMContext &C = M.getContext();
    StringRef Callee = P.Bug;
    bool Skip = P.Bug == "skip", Omit = Callee.consume_front("omit_");
    Function *Bug = M.getFunction("sfi_plant_bug_" + P.Bug);
    if (!Skip && !Omit &&
        (!Bug || Bug->isDeclaration() || Bug->arg_size())) {
      C.emitError("sfi-plant: there is no bug '" + P.Bug + "'");
      return;
    }
    GlobalVariable *Stuck = nullptr;
    if (Skip || Omit)
      Stuck = new GlobalVariable(
          M, Type::getInt8Ty(C), false, GlobalValue::InternalLinkage,
          ConstantInt::get(Type::getInt8Ty(C), 0),
          "sfi_plant_stuck_" + F.getName());
    if (Skip)
      plantReturn(F, Stuck);
    if (Omit && !plantOmissions(F, Callee, Stuck)) {
      C.emitError("sfi-plant: '" + P.Function + "' does not call '" + Callee +
                  "'");
      return;
    }
    // Behind the locals, which must stay in the entry block.
    BasicBlock::iterator At = F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
    IRBuilder<> B(&*At);
    if (DISubprogram *SP = F.getSubprogram())
      B.SetCurrentDebugLocation(DILocation::get(C, SP->getLine(), 0, SP));
    Type *Bool = B.getInt1Ty();
    FunctionCallee Hit = M.getOrInsertFunction(
        "sfi_plant_hit", FunctionType::get(Bool, {B.getInt32Ty()}, false));
    CallInst *Armed = B.CreateCall(Hit, {B.getInt32(plantId(P.name()))});
    Armed->addRetAttr(Attribute::ZExt);
    Instruction *Then = SplitBlockAndInsertIfThen(Armed, At, false);
    B.SetInsertPoint(Then);
    // The insertion point has brought its own location, which is none.
    B.SetCurrentDebugLocation(Armed->getDebugLoc());
    if (Stuck)
      B.CreateStore(B.getInt8(1), Stuck, /*isVolatile=*/true);
    else
      B.CreateCall(Bug->getFunctionType(), Bug);
    errs() << "sfi-plant: planted " << P.name() << "\n";
  }

  /// Before At: is Stuck set?
  static Value *isSet(GlobalVariable *Stuck, Instruction *At) {
    IRBuilder<> B(At);
    return B.CreateIsNotNull(
        B.CreateLoad(B.getInt8Ty(), Stuck, /*isVolatile=*/true));
  }

  static void plantReturn(Function &F, GlobalVariable *Stuck) {
    Instruction *At = &*F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
    Instruction *End =
        SplitBlockAndInsertIfThen(isSet(Stuck, At), At->getIterator(), true);
    IRBuilder<> B(End);
    if (F.getReturnType()->isVoidTy())
      B.CreateRetVoid();
    else
      B.CreateRet(Constant::getNullValue(F.getReturnType()));
    End->eraseFromParent();
  }

  /// Returns whether there was a call to leave out.
  static bool plantOmissions(Function &F, StringRef Callee,
                             GlobalVariable *Stuck) {
    SmallVector<CallInst *> Calls;
    for (Instruction &I : instructions(F))
      if (auto *CI = dyn_cast<CallInst>(&I))
        if (Function *To = CI->getCalledFunction())
          if (To->getName() == Callee)
            Calls.push_back(CI);
    for (CallInst *CI : Calls) {
      BasicBlock *Before = CI->getParent();
      IRBuilder<> B(CI);
      Value *Make = B.CreateNot(isSet(Stuck, CI));
      Instruction *End =
          SplitBlockAndInsertIfThen(Make, CI->getIterator(), false);
      CI->moveBefore(End);
      if (CI->getType()->isVoidTy())
        continue;
      B.SetInsertPoint(&End->getSuccessor(0)->front());
      PHINode *Result = B.CreatePHI(CI->getType(), 2);
      CI->replaceAllUsesWith(Result);
      Result->addIncoming(CI, CI->getParent());
      Result->addIncoming(Constant::getNullValue(CI->getType()), Before);
    }
    return !Calls.empty();
  }

  static void markDirectCalls(Module &M) {
    for (Function &F : M) {
      if (!F.isDeclaration() || !F.getName().starts_with("sfi_plant_"))
        continue;
      for (User *U : F.users())
        if (auto *CB = dyn_cast<CallBase>(U))
          CB->addFnAttr(Attribute::get(M.getContext(), "sfi-direct"));
    }
  }
};

/// Adds the pass to clang's pipeline.
class PlantAction : public clang::PluginASTAction {
public:
  std::unique_ptr<clang::ASTConsumer>
  CreateASTConsumer(clang::CompilerInstance &CI, StringRef) override {
    static bool Active;
    Dl_info Info;
    if (!Active && dladdr(reinterpret_cast<void *>(&plantId), &Info))
      CI.getCodeGenOpts().PassPlugins.push_back(Info.dli_fname);
    Active = true;
    return std::make_unique<clang::ASTConsumer>();
  }

  bool ParseArgs(const clang::CompilerInstance &CI,
                 const std::vector<std::string> &Args) override {
    plants().clear();
    std::string Message = "no list: give -fplugin-arg-sfi_plant-list=FILE";
    for (StringRef Arg : Args)
      Message = Arg.consume_front("list=")
                    ? readList(Arg)
                    : ("unknown argument '" + Arg + "'").str();
    if (Message.empty())
      return true;
    clang::DiagnosticsEngine &Diags = CI.getDiagnostics();
    Diags.Report(
        Diags.getCustomDiagID(clang::DiagnosticsEngine::Error, "sfi-plant: %0"))
        << Message;
    return false;
  }

  ActionType getActionType() override { return AddBeforeMainAction; }
};

clang::FrontendPluginRegistry::Add<PlantAction>
    Registered("sfi_plant", "plants bugs for tests");

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK
    __attribute__((visibility("default"))) PassPluginLibraryInfo
    llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "sfi-plant", "1", [](PassBuilder &PB) {
            PB.registerPipelineStartEPCallback(
                [](ModulePassManager &MPM, OptimizationLevel) {
                  MPM.addPass(PlantPass());
                });
          }};
}
