// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver functions that the kernel calls.
//
// The AST has said which kinds of callback a function's address becomes. With
// one kind (kinds that share an entry wrapper are one) every use of the address
// becomes the gate's, so the driver's own comparisons and private copies stay
// consistent. With several, each use is resolved by the structure field or the
// parameter that the IR shows it to go to. With none, the address is private to
// the driver and stays as it is: the kernel has no way to call it.

#include "Gates.h"
#include "Abi.h"
#include "Diag.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace sfi {

namespace {

/// Init and exit have entry wrappers of their own, written by hand.
struct ModuleCallback {
  const char *Symbol, *Kind;
};
constexpr ModuleCallback ModuleCallbacks[] = {
    {"init_module", "module_init"},
    {"cleanup_module", "module_exit"},
};

/// Is U a use of a function's address as a value?
bool isAddressUse(const Use &U) {
  const User *Usr = U.getUser();
  if (isa<GlobalAlias>(Usr) || isa<BlockAddress>(Usr))
    return false;
  auto *CB = dyn_cast<CallBase>(Usr);
  return !CB || !CB->isCallee(&U);
}

/// Is U part of a struct sfi_entry?
bool isOurs(const User *U) {
  return isa<ConstantStruct>(U) && any_of(U->users(), [](const User *Up) {
           auto *G = dyn_cast<GlobalVariable>(Up);
           return G && G->hasAttribute(EntryAttr);
         });
}

/// Is U part of nothing but entries and the compiler's own lists (llvm.used)?
bool isMetadataOnly(const User *U) {
  return isOurs(U) ||
         (isa<ConstantAggregate>(U) && all_of(U->users(), [](const User *Up) {
            auto *G = dyn_cast<GlobalVariable>(Up);
            return G && G->getName().starts_with("llvm.");
          }));
}

bool hasAddressUse(const Function &F) {
  return any_of(F.uses(), [](const Use &U) {
    return isAddressUse(U) && !isMetadataOnly(U.getUser());
  });
}

class GateMaker {
public:
  GateMaker(Module &M, const Policy &P, const TypeTable &Types, Counters &Count)
      : M(M), C(M.getContext()), P(P), Types(Types), Count(Count) {}

  void run() {
    for (const ModuleCallback &Callback : ModuleCallbacks)
      bindModuleCallback(Callback);
    SmallVector<Function *> Functions;
    for (Function &F : M)
      if (!F.isIntrinsic() && !F.hasFnAttribute(GateAttr))
        Functions.push_back(&F);
    for (Function *F : Functions)
      bindFunction(*F);
  }

private:
  /// module_init(f) makes init_module an alias of f; drivers may as well define
  /// init_module themselves.
  void bindModuleCallback(const ModuleCallback &Callback) {
    PolicyCallback Kind{Callback.Kind,
                        std::string(SFI_ENTRY_PREFIX) + Callback.Kind};
    GlobalValue *Symbol = M.getNamedValue(Callback.Symbol);
    if (auto *Alias = dyn_cast_or_null<GlobalAlias>(Symbol)) {
      if (auto *F = dyn_cast<Function>(Alias->getAliasee()))
        if (Function *Gate = makeGate(*F, Kind))
          Alias->setAliasee(Gate);
      return;
    }
    auto *F = dyn_cast_or_null<Function>(Symbol);
    if (!F || F->isDeclaration())
      return;
    F->setName(Twine(Callback.Symbol) + ".sfi_fn");
    Function *Gate = makeGate(*F, Kind);
    if (!Gate)
      return;
    Gate->setName(Callback.Symbol);
    Gate->setLinkage(GlobalValue::ExternalLinkage);
    F->setLinkage(GlobalValue::InternalLinkage);
  }

  void bindFunction(Function &F) {
    const FunctionFacts *Facts = Types.function(F.getName());
    if (!Facts || (F.isDeclaration() && Facts->Kernel))
      return;
    std::map<std::string, const PolicyCallback *> Kinds; // by entry wrapper
    for (const std::string &Key : Facts->Callbacks)
      if (const PolicyCallback *Kind = P.callback(Key))
        Kinds.emplace(Kind->Entry, Kind);
    if (Kinds.empty() || !hasAddressUse(F))
      return;
    if (Kinds.size() == 1)
      replaceAddress(F, *Kinds.begin()->second);
    else
      resolveUses(F);
  }

  void replaceAddress(Function &F, const PolicyCallback &Kind) {
    Function *Gate = makeGate(F, Kind);
    if (!Gate)
      return;
    F.replaceUsesWithIf(
        Gate, [](Use &U) { return isAddressUse(U) && !isOurs(U.getUser()); });
  }

  /// The gate of F for that kind, with its entry; null after an error.
  Function *makeGate(Function &F, const PolicyCallback &Kind) {
    std::string Name = (F.getName() + ".sfi_gate." + Kind.Kind).str();
    if (Function *Old = M.getFunction(Name))
      return Old;
    if (F.isVarArg()) {
      error(F, "'" + F.getName() +
                   "' has no prototype or a variable number of arguments, and "
                   "cannot be a callback of the kernel");
      return nullptr;
    }
    // A cast may have hidden that the kernel passes none: the function would
    // write what lies in its place.
    if (any_of(F.args(), [](Argument &A) { return A.hasByValAttr(); })) {
      error(F, "'" + F.getName() +
                   "' takes a structure by value on the stack, and cannot be a "
                   "callback of the kernel");
      return nullptr;
    }
    Function *Gate = Function::Create(F.getFunctionType(),
                                      GlobalValue::InternalLinkage, Name, M);
    Gate->setAttributes(F.getAttributes());
    for (Attribute::AttrKind Kind :
         {Attribute::AlwaysInline, Attribute::InlineHint, Attribute::Memory,
          Attribute::NoReturn, Attribute::OptimizeNone, Attribute::Naked,
          Attribute::WillReturn})
      Gate->removeFnAttr(Kind);
    Gate->addFnAttr(Attribute::NoInline);
    Gate->addFnAttr(GateAttr);
    Gate->setMetadata(LLVMContext::MD_kcfi_type,
                      F.getMetadata(LLVMContext::MD_kcfi_type));
    fillGate(*Gate, *makeEntry(F, *Gate, Kind), Kind);
    ++Count.gates;
    return Gate;
  }

  /// struct sfi_entry.
  GlobalVariable *makeEntry(Function &F, Function &Gate,
                            const PolicyCallback &Kind) {
    Constant *Value = ConstantStruct::getAnon(C, {&F, &Gate, getSelf(M),
                                                  makeString(M, F.getName()),
                                                  makeString(M, Kind.Kind)});
    auto *Entry = new GlobalVariable(M, Value->getType(), true,
                                     GlobalValue::InternalLinkage, Value,
                                     "sfi.entry." + F.getName());
    Entry->addAttribute(EntryAttr);
    return Entry;
  }

  /// return sfi_e_KIND(&entry, arguments).
  void fillGate(Function &Gate, GlobalVariable &Entry,
                const PolicyCallback &Kind) {
    bool Indirect = Gate.hasStructRetAttr();
    SmallVector<Value *> Args;
    SmallVector<AttributeSet> ParamAttrs;
    for (Argument &A : Gate.args()) {
      Args.push_back(&A);
      ParamAttrs.push_back(Gate.getAttributes().getParamAttrs(A.getArgNo()));
    }
    Args.insert(Args.begin() + Indirect, &Entry);
    ParamAttrs.insert(ParamAttrs.begin() + Indirect, AttributeSet());
    SmallVector<Type *> Params;
    for (Value *A : Args)
      Params.push_back(A->getType());
    auto *Ty = FunctionType::get(Gate.getReturnType(), Params, false);

    Function *Wrapper = M.getFunction(Kind.Entry);
    if (!Wrapper)
      Wrapper =
          Function::Create(Ty, GlobalValue::ExternalLinkage, Kind.Entry, M);
    IRBuilder<> B(BasicBlock::Create(C, "", &Gate));
    CallInst *Call = B.CreateCall(Ty, Wrapper, Args);
    Call->setAttributes(AttributeList::get(
        C, AttributeSet(), Gate.getAttributes().getRetAttrs(), ParamAttrs));
    if (Call->getType()->isVoidTy())
      B.CreateRetVoid();
    else
      B.CreateRet(Call);
  }

  /// Uses of a function that is several kinds of callback, one by one.
  void resolveUses(Function &F) {
    SmallVector<GlobalVariable *> Globals;
    for (GlobalVariable &G : M.globals())
      if (G.hasInitializer() && !G.getName().starts_with("llvm.") &&
          !G.hasAttribute(EntryAttr))
        Globals.push_back(&G);
    for (GlobalVariable *G : Globals)
      G->setInitializer(rewrite(G->getInitializer(), F, nullptr));
    SmallVector<Use *> Uses;
    for (Use &U : F.uses())
      if (isAddressUse(U) && isa<Instruction>(U.getUser()))
        Uses.push_back(&U);
    for (Use *U : Uses)
      if (const PolicyCallback *Kind = kindOfUse(*U))
        if (Function *Gate = makeGate(F, *Kind))
          U->set(Gate);
    reportUnresolved(F);
  }

  void reportUnresolved(Function &F) {
    std::string Message =
        ("'" + F.getName() + "' is used as several kinds of callback, and " +
         "which one is meant here cannot be told")
            .str();
    F.removeDeadConstantUsers(); // what initializers were before
    for (const Use &U : F.uses()) {
      if (!isAddressUse(U) || isMetadataOnly(U.getUser()))
        continue;
      if (auto *I = dyn_cast<Instruction>(U.getUser()))
        error(*I, Message);
      else
        error(F, Message);
    }
  }

  /// The callback that stands at OFFSET of structure TY, or null.
  const PolicyCallback *fieldKind(StructType *Ty, uint64_t Offset) {
    if (!Ty->hasName())
      return nullptr;
    StringRef Name = Ty->getName();
    Name.consume_front("struct.");
    auto It = Types.Fields.find(Name);
    if (It == Types.Fields.end())
      return nullptr;
    auto Field = It->second.find(Offset);
    return Field == It->second.end() ? nullptr : P.callback(Field->second);
  }

  /// Same, of the innermost structure within TY that knows.
  const PolicyCallback *kindAt(Type *Ty, uint64_t Offset) {
    const DataLayout &DL = M.getDataLayout();
    const PolicyCallback *Kind = nullptr;
    while (Ty) {
      if (auto *Struct = dyn_cast<StructType>(Ty))
        if (const PolicyCallback *Inner = fieldKind(Struct, Offset))
          Kind = Inner;
      APInt Rest(64, Offset);
      if (!DL.getGEPIndexForOffset(Ty, Rest))
        break;
      Offset = Rest.getZExtValue();
    }
    return Kind;
  }

  /// VALUE with F replaced by the gate of KIND, or in fields by theirs.
  Constant *rewrite(Constant *Value, Function &F, const PolicyCallback *Kind) {
    if (Value == &F) {
      Function *Gate = Kind ? makeGate(F, *Kind) : nullptr;
      return Gate ? Gate : Value;
    }
    auto *Aggregate = dyn_cast<ConstantAggregate>(Value);
    if (!Aggregate)
      return Value;
    auto *Struct = dyn_cast<StructType>(Aggregate->getType());
    SmallVector<Constant *> Operands;
    for (unsigned I = 0; I != Aggregate->getNumOperands(); ++I) {
      const PolicyCallback *Inner = Kind;
      if (Struct)
        Inner = fieldKind(
            Struct,
            M.getDataLayout().getStructLayout(Struct)->getElementOffset(I));
      Operands.push_back(
          rewrite(cast<Constant>(Aggregate->getOperand(I)), F, Inner));
    }
    if (equal(Operands, Aggregate->operands()))
      return Value;
    if (Struct)
      return ConstantStruct::get(Struct, Operands);
    if (auto *Array = dyn_cast<ArrayType>(Aggregate->getType()))
      return ConstantArray::get(Array, Operands);
    return ConstantVector::get(Operands);
  }

  /// What an instruction makes of a function's address, or null.
  const PolicyCallback *kindOfUse(const Use &U) {
    if (auto *Store = dyn_cast<StoreInst>(U.getUser()))
      return U.getOperandNo() == 0 ? kindOfPlace(Store->getPointerOperand())
                                   : nullptr;
    auto *Call = dyn_cast<CallBase>(U.getUser());
    Function *Callee = Call ? Call->getCalledFunction() : nullptr;
    if (!Callee)
      return nullptr;
    return paramKind(Callee->getName(), Call->getArgOperandNo(&U));
  }

  /// The callback that is kept where POINTER points.
  const PolicyCallback *kindOfPlace(Value *Pointer) {
    const DataLayout &DL = M.getDataLayout();
    APInt Offset(64, 0);
    Value *Base = Pointer->stripAndAccumulateConstantOffsets(DL, Offset, true);
    if (auto *G = dyn_cast<GlobalVariable>(Base))
      return kindAt(G->getValueType(), Offset.getZExtValue());
    auto *GEP = dyn_cast<GEPOperator>(Pointer);
    Offset = 0;
    if (!GEP || !GEP->accumulateConstantOffset(DL, Offset))
      return nullptr;
    return kindAt(GEP->getSourceElementType(), Offset.getZExtValue());
  }

  /// The callback that argument INDEX of a kernel function is. The call may be
  /// bound to its wrapper already.
  const PolicyCallback *paramKind(StringRef Callee, unsigned Index) {
    const PolicyFunction *PF = P.function(Callee);
    if (!PF && Callee.consume_front(SFI_IMPORT_PREFIX)) {
      PF = P.function(Callee);
      --Index;
    }
    if (!PF)
      return nullptr;
    auto It = PF->Callbacks.find(Index);
    return It == PF->Callbacks.end() ? nullptr : P.callback(It->second);
  }

  Module &M;
  LLVMContext &C;
  const Policy &P;
  const TypeTable &Types;
  Counters &Count;
};

} // namespace

void makeGates(Module &M, const Policy &P, const TypeTable &Types,
               Counters &Count) {
  GateMaker(M, P, Types, Count).run();
}

void checkCallbacks(Module &M, const TypeTable &Types) {
  for (Function &F : M) {
    const FunctionFacts *Facts = Types.function(F.getName());
    if (!Facts || Facts->Unknown.empty() ||
        (F.isDeclaration() && Facts->Kernel))
      continue;
    if (!hasAddressUse(F))
      continue;
    for (const auto &[Message, Place] : Facts->Unknown)
      Types.ReportAt(Place, Message);
  }
}

} // namespace sfi
