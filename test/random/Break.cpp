// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two passes for opt, one before the late phase and one behind it.
//
// "break" makes stores of a program go wrong, chosen by the seed in SFI_SEED:
// to where the host says when it runs, by a distance that the host says, by one
// that is known now, or by an index that is computed wrongly. Sometimes it is
// not one store but a pointer, with all that is stored through it. It also
// tells the host of objects, from when on the host may take away the rights to
// them.
//
// "ask" has every store that is left, behind all guards, ask the host first
// whether it is allowed. This is the check that a build would make that knows
// of no rule, made in the very same run: so a store that is come to without a
// right is one that the rules have let through. Two builds could not be
// compared as well: wrong stores hit what happens to lie there.

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"

using namespace llvm;

namespace {

class Breaker {
public:
  Breaker(Module &M, uint64_t Seed) : M(M), B(M.getContext()), State(Seed) {}

  void run() {
    SmallVector<StoreInst *> Stores;
    for (Function &F : M)
      for (Instruction &I : instructions(F))
        if (auto *SI = dyn_cast<StoreInst>(&I))
          Stores.push_back(SI);
    tellOfGlobals();
    tellOfLocals();
    for (unsigned N = 4 + below(12); N && !Stores.empty(); --N)
      breakOne(*Stores[below(Stores.size())]);
  }

private:
  /// splitmix64: the same everywhere, unlike what libraries offer.
  uint64_t next() {
    uint64_t Z = State += 0x9e3779b97f4a7c15;
    Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9;
    Z = (Z ^ (Z >> 27)) * 0x94d049bb133111eb;
    return Z ^ (Z >> 31);
  }
  uint64_t below(uint64_t N) { return next() % N; }

  Value *loadFromHost(StringRef Name, Type *Ty) {
    return B.CreateLoad(Ty, M.getOrInsertGlobal(Name, Ty), /*isVolatile=*/true);
  }

  /// Ptr, or where the host says. To be inserted behind its definition.
  Value *redirect(Value *Ptr) {
    Value *Target = loadFromHost("break_target", B.getPtrTy());
    return B.CreateSelect(B.CreateIsNull(Target), Ptr, Target);
  }

  Value *shift(Value *Ptr) {
    return B.CreatePtrAdd(Ptr, loadFromHost("break_shift", B.getInt64Ty()));
  }

  Value *shiftByConstant(Value *Ptr) {
    static const int64_t By[] = {8,  -8,  16,   -16,   24,
                                 64, 256, 4096, -4096, 1LL << 40};
    return B.CreatePtrAdd(Ptr, B.getInt64(By[below(std::size(By))]));
  }

  /// An index that masks keep within something, but not within the object.
  Value *shiftByMasked(Value *Ptr) {
    static const uint64_t Masks[] = {7, 8, 15, 24, 63, 255, 4095};
    Value *By = B.CreateAnd(loadFromHost("break_shift", B.getInt64Ty()),
                            Masks[below(std::size(Masks))]);
    return B.CreatePtrAdd(Ptr, By);
  }

  void breakOne(StoreInst &SI) {
    Value *Base = SI.getPointerOperand()->stripInBoundsOffsets();
    if (below(3) == 0 && breakPointer(Base))
      return;
    B.SetInsertPoint(&SI);
    Value *Ptr = SI.getPointerOperand();
    switch (below(16)) {
    case 0: // seldom, as the program stops there whatever the host says
      Ptr = shiftByConstant(Ptr);
      break;
    case 1:
    case 2:
    case 3:
    case 4:
      Ptr = redirect(Ptr);
      break;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      Ptr = shift(Ptr);
      break;
    default:
      Ptr = shiftByMasked(Ptr);
    }
    SI.setOperand(SI.getPointerOperandIndex(), Ptr);
  }

  /// All that goes by way of Base goes elsewhere.
  bool breakPointer(Value *Base) {
    Instruction *At = nullptr;
    if (auto *A = dyn_cast<Argument>(Base))
      At = &*A->getParent()->getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
    else if (auto *I = dyn_cast<Instruction>(Base);
             I && !I->isTerminator() && !isa<AllocaInst>(I))
      At = isa<PHINode>(I) ? &*I->getParent()->getFirstInsertionPt()
                           : I->getNextNode();
    if (!At || isa<PHINode>(At))
      return false;
    B.SetInsertPoint(At);
    Value *Target = loadFromHost("break_target", B.getPtrTy());
    Value *Is = B.CreateIsNull(Target);
    Value *Wrong = B.CreateSelect(Is, Base, Target);
    Base->replaceUsesWithIf(Wrong,
                            [&](Use &U) { return U.getUser() != Wrong; });
    return true;
  }

  /// A place in F, behind its locals.
  Instruction *somewhere(Function &F) {
    SmallVector<Instruction *> Places;
    for (Instruction &I : instructions(F)) {
      if (isa<AllocaInst>(I))
        Places.clear();
      else if (!isa<PHINode>(I))
        Places.push_back(&I);
    }
    return Places[below(Places.size())];
  }

  void tell(Instruction *At, Value *Object, uint64_t Size) {
    B.SetInsertPoint(At);
    FunctionCallee Tell = M.getOrInsertFunction("sfi_w_expose", B.getVoidTy(),
                                                B.getPtrTy(), B.getInt64Ty());
    B.CreateCall(Tell, {Object, B.getInt64(Size)});
  }

  void tellOfGlobals() {
    SmallVector<GlobalVariable *> Globals;
    SmallVector<Function *> Functions;
    for (GlobalVariable &G : M.globals())
      if (!G.isDeclaration() && !G.isConstant())
        Globals.push_back(&G);
    for (Function &F : M)
      if (!F.isDeclaration())
        Functions.push_back(&F);
    for (unsigned N = 2 + below(5); N && !Globals.empty(); --N) {
      GlobalVariable *G = Globals[below(Globals.size())];
      for (unsigned Places = 1 + below(4); Places; --Places)
        tell(somewhere(*Functions[below(Functions.size())]), G,
             M.getDataLayout().getTypeAllocSize(G->getValueType()));
    }
  }

  void tellOfLocals() {
    for (Function &F : M) {
      SmallVector<AllocaInst *> Locals;
      for (Instruction &I : instructions(F))
        if (auto *AI = dyn_cast<AllocaInst>(&I);
            AI && AI->isStaticAlloca() && below(4) == 0)
          Locals.push_back(AI);
      for (AllocaInst *AI : Locals)
        tell(somewhere(F), AI,
             M.getDataLayout().getTypeAllocSize(AI->getAllocatedType()));
    }
  }

  Module &M;
  IRBuilder<> B;
  uint64_t State;
};

/// What the program itself writes, as far as no function of the runtime does
/// it.
std::pair<Value *, Value *> getWrite(Instruction &I, IRBuilder<> &B) {
  const DataLayout &DL = I.getDataLayout();
  auto SizeOf = [&](Value *V) {
    return B.getInt64(DL.getTypeStoreSize(V->getType()));
  };
  if (auto *SI = dyn_cast<StoreInst>(&I))
    return {SI->getPointerOperand(), SizeOf(SI->getValueOperand())};
  if (auto *RMW = dyn_cast<AtomicRMWInst>(&I))
    return {RMW->getPointerOperand(), SizeOf(RMW->getValOperand())};
  if (auto *CX = dyn_cast<AtomicCmpXchgInst>(&I))
    return {CX->getPointerOperand(), SizeOf(CX->getNewValOperand())};
  if (auto *MI = dyn_cast<AnyMemIntrinsic>(&I))
    return {MI->getRawDest(), MI->getLength()};
  return {nullptr, nullptr};
}

void askEverywhere(Module &M) {
  IRBuilder<> B(M.getContext());
  FunctionCallee Ask =
      M.getOrInsertFunction("ask", B.getVoidTy(), B.getPtrTy(), B.getInt64Ty(),
                            B.getPtrTy(), B.getInt64Ty());
  const DataLayout &DL = M.getDataLayout();
  for (Function &F : M)
    for (Instruction &I : make_early_inc_range(instructions(F))) {
      auto [Ptr, Size] = getWrite(I, B);
      if (!Ptr || Ptr->getName().starts_with("sfi.granted"))
        continue;
      // A local that nobody knows of has no rights, and needs none within its
      // bounds.
      Value *Local = Ptr;
      while (auto *GEP = dyn_cast<GEPOperator>(Local))
        Local = GEP->getPointerOperand();
      std::optional<TypeSize> LocalSize;
      if (auto *AI = dyn_cast<AllocaInst>(Local))
        LocalSize = AI->getAllocationSize(DL);
      else if (auto *A = dyn_cast<Argument>(Local); A && A->hasByValAttr())
        LocalSize = DL.getTypeAllocSize(A->getParamByValType());
      B.SetInsertPoint(&I);
      B.CreateCall(Ask,
                   {Ptr, Size,
                    LocalSize ? Local : Constant::getNullValue(B.getPtrTy()),
                    B.getInt64(LocalSize ? LocalSize->getFixedValue() : 0)});
    }
}

struct BreakPass : PassInfoMixin<BreakPass> {
  static bool isRequired() { return true; }
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    const char *Seed = getenv("SFI_SEED");
    Breaker(M, Seed ? strtoull(Seed, nullptr, 10) : 0).run();
    return PreservedAnalyses::none();
  }
};

struct AskPass : PassInfoMixin<AskPass> {
  static bool isRequired() { return true; }
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    askEverywhere(M);
    return PreservedAnalyses::none();
  }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK
    __attribute__((visibility("default"))) PassPluginLibraryInfo
    llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "sfi-break", "1", [](PassBuilder &PB) {
            PB.registerPipelineParsingCallback(
                [](StringRef Name, ModulePassManager &MPM,
                   ArrayRef<PassBuilder::PipelineElement>) {
                  if (Name == "break")
                    MPM.addPass(BreakPass());
                  else if (Name == "ask")
                    MPM.addPass(AskPass());
                  else
                    return false;
                  return true;
                });
          }};
}
