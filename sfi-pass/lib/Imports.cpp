// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernel functions and data that a driver refers to.
//
// A call of a kernel function becomes a call of its import wrapper, with the
// module's anchor as an additional first argument. So does a call of a header's
// static inline that the policy calls interface: its body is dropped. Every
// other inline is driver code and stays. Attributes that say what a kernel
// function does not do (noalias, readonly...) are dropped on the way: they are
// true of the wrapper.
//
// The address of one becomes that of its twin, which only the kernel may call.
// For indirect calls of the driver's own there is another function, which
// passes all arguments on to the import wrapper. It does that with a jump, where
// they fit into registers: a report then names who made the call.

#include "Imports.h"
#include "Abi.h"
#include "Access.h"
#include "Diag.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace sfi {

bool isModuleOwn(StringRef Name) {
  return Name == "__this_module" || Name == "init_module" ||
         Name == "cleanup_module";
}

namespace {

/// Integer argument registers of the C calling convention.
constexpr unsigned ArgumentRegisters = 6;

/// Attributes of a parameter that decide how it is passed.
AttributeSet passingAttributes(LLVMContext &C, AttributeSet Old) {
  AttrBuilder B(C);
  for (Attribute A : Old)
    for (Attribute::AttrKind Kind :
         {Attribute::ZExt, Attribute::SExt, Attribute::InReg, Attribute::ByVal,
          Attribute::StructRet, Attribute::NoUndef})
      if (A.hasAttribute(Kind))
        B.addAttribute(A);
  if (B.contains(Attribute::ByVal) || B.contains(Attribute::StructRet))
    if (MaybeAlign Alignment = Old.getAlignment())
      B.addAlignmentAttr(*Alignment);
  return AttributeSet::get(C, B);
}

/// Attributes of a call or function that hold for its wrapper too.
AttributeSet controlAttributes(LLVMContext &C, AttributeSet Old) {
  AttrBuilder B(C);
  for (Attribute A : Old)
    for (Attribute::AttrKind Kind : {Attribute::NoReturn, Attribute::NoUnwind,
                                     Attribute::Cold, Attribute::NoMerge})
      if (A.hasAttribute(Kind))
        B.addAttribute(A);
  return AttributeSet::get(C, B);
}

/// Attributes of a function that say how to generate code.
void copyCodeAttributes(const Function &From, Function &To) {
  for (Attribute A : From.getAttributes().getFnAttrs())
    if (A.isStringAttribute())
      To.addFnAttr(A);
  for (Attribute::AttrKind Kind :
       {Attribute::FnRetThunkExtern, Attribute::NoImplicitFloat,
        Attribute::NoRedZone, Attribute::UWTable})
    if (From.hasFnAttribute(Kind))
      To.addFnAttr(From.getFnAttribute(Kind));
}

/// Must a call of F, with NUMARGS arguments, lay out a structure on the stack
/// beside the additional argument?
bool isByValueBeside(StringRef F, unsigned NumArgs, const TypeTable &Types) {
  const FunctionFacts *Facts = Types.function(F);
  return Facts && Facts->ByValue && NumArgs >= ArgumentRegisters;
}

/// What of OLD, of a function or call with NUMPARAMS parameters, holds for the
/// wrapper.
AttributeList wrapperAttributes(LLVMContext &C, AttributeList Old,
                                unsigned NumParams) {
  SmallVector<AttributeSet> Params;
  for (unsigned I = 0; I != NumParams; ++I)
    Params.push_back(passingAttributes(C, Old.getParamAttrs(I)));
  return AttributeList::get(C, controlAttributes(C, Old.getFnAttrs()),
                            passingAttributes(C, Old.getRetAttrs()), Params);
}

/// Same, for a wrapper with one more parameter at index AT.
AttributeList withParameter(LLVMContext &C, AttributeList Old,
                            unsigned NumParams, unsigned At) {
  AttributeList Kept = wrapperAttributes(C, Old, NumParams);
  SmallVector<AttributeSet> Params;
  for (unsigned I = 0; I != NumParams; ++I)
    Params.push_back(Kept.getParamAttrs(I));
  Params.insert(Params.begin() + At, AttributeSet());
  return AttributeList::get(C, Kept.getFnAttrs(), Kept.getRetAttrs(), Params);
}

/// TY with a pointer more at index AT.
FunctionType *prepend(FunctionType *Ty, unsigned At) {
  SmallVector<Type *> Params(Ty->params());
  Params.insert(Params.begin() + At,
                PointerType::getUnqual(Ty->getContext()));
  return FunctionType::get(Ty->getReturnType(), Params, Ty->isVarArg());
}

/// The function that indirect calls of TWIN run: returns WRAPPER(self,
/// arguments).
void makeIndirectTarget(Function &Twin, StringRef Name,
                        const PolicyFunction &PF) {
  Module &M = *Twin.getParent();
  LLVMContext &C = M.getContext();
  unsigned At = Twin.hasStructRetAttr() ? 1 : 0;
  FunctionType *Ty = prepend(Twin.getFunctionType(), At);
  AttributeList Attrs =
      withParameter(C, Twin.getAttributes(), Twin.arg_size(), At);
  Function *Wrapper = M.getFunction(PF.Wrapper);
  if (!Wrapper) {
    Wrapper =
        Function::Create(Ty, GlobalValue::ExternalLinkage, PF.Wrapper, M);
    Wrapper->setDSOLocal(Twin.isDSOLocal());
    Wrapper->setAttributes(Attrs);
  }
  Function *F = Function::createWithDefaultAttr(
      Twin.getFunctionType(), GlobalValue::InternalLinkage,
      M.getDataLayout().getProgramAddressSpace(), Name + SFI_CALL_SUFFIX, &M);
  AttributeList Own = Twin.getAttributes();
  for (unsigned I = 0; I != Twin.arg_size(); ++I)
    F->addParamAttrs(I, AttrBuilder(C, Own.getParamAttrs(I)));
  F->addRetAttrs(AttrBuilder(C, Own.getRetAttrs()));
  copyCodeAttributes(Twin, *F);
  F->addFnAttr(IndirectAttr, Twin.getName());

  SmallVector<Value *> Args;
  for (Argument &A : F->args())
    Args.push_back(&A);
  Args.insert(Args.begin() + At, getSelf(M));
  IRBuilder<> B(BasicBlock::Create(C, "", F));
  CallInst *Call = B.CreateCall(Ty, Wrapper, Args);
  Call->setAttributes(Attrs);
  Call->setTailCall();
  if (PF.NoReturn)
    B.CreateUnreachable();
  else if (Call->getType()->isVoidTy())
    B.CreateRetVoid();
  else
    B.CreateRet(Call);
}

/// What is bound in one module.
class ImportBinder {
public:
  ImportBinder(Module &M, const Policy &P, const TypeTable &Types,
               Counters &Count)
      : M(M), C(M.getContext()), P(P), Types(Types), Count(Count) {}

  void run() {
    SmallVector<Function *> Functions;
    for (Function &F : M)
      if (!F.isIntrinsic())
        Functions.push_back(&F);
    for (Function *F : Functions)
      if (const PolicyFunction *PF = wrapped(*F))
        bind(*F, *PF);
  }

private:
  /// The policy's entry if F is to be called through a wrapper, else null. A
  /// definition is the driver's, whatever its name, unless it is a header's.
  const PolicyFunction *wrapped(const Function &F) {
    const PolicyFunction *PF = P.function(F.getName());
    if (!PF || PF->FnKind == PolicyFunction::Kind::Direct)
      return nullptr;
    if (F.isDeclaration())
      return PF;
    const FunctionFacts *Facts = Types.function(F.getName());
    return Facts && Facts->Kernel ? PF : nullptr;
  }

  void bind(Function &F, const PolicyFunction &PF) {
    SmallVector<CallBase *> Calls;
    for (Use &U : F.uses())
      if (auto *CB = dyn_cast<CallBase>(U.getUser()))
        if (PF.Callable && CB->isCallee(&U) && !CB->hasFnAttr(DirectCallAttr))
          Calls.push_back(CB);
    for (CallBase *CB : Calls)
      bindCall(*CB, F, PF);
    if (PF.Addressable)
      bindAddress(F);
    // Interface inlines: the wrapper does the work, in the kernel. What still
    // refers to F is reported by checkImports().
    if (!F.isDeclaration())
      F.deleteBody();
    if (F.use_empty())
      F.eraseFromParent();
  }

  void bindCall(CallBase &CB, Function &F, const PolicyFunction &PF) {
    auto *Call = dyn_cast<CallInst>(&CB);
    if (!Call || Call->isMustTailCall()) {
      error(CB, "this kind of call of '" + F.getName() + "' is not supported");
      return;
    }
    if (!agrees(CB, F)) {
      error(CB, "a call of '" + F.getName() + "' as a function of another type");
      return;
    }
    if (isByValueBeside(F.getName(), CB.arg_size(), Types)) {
      error(CB, "call of '" + F.getName() +
                    "' passes a structure by value and too many arguments "
                    "beside it: not supported");
      return;
    }
    unsigned At = CB.hasStructRetAttr() ? 1 : 0;
    Function *Wrapper = getWrapper(F, *Call, PF, At);
    SmallVector<Value *> Args(CB.args());
    Args.insert(Args.begin() + At, getSelf(M));
    SmallVector<OperandBundleDef> Bundles;
    CB.getOperandBundlesAsDefs(Bundles);
    auto *New = CallInst::Create(prepend(CB.getFunctionType(), At), Wrapper,
                                 Args, Bundles, "", CB.getIterator());
    New->setAttributes(withParameter(C, CB.getAttributes(), CB.arg_size(), At));
    if (PF.NoReturn)
      New->setDoesNotReturn();
    New->setCallingConv(CB.getCallingConv());
    New->setDebugLoc(CB.getDebugLoc());
    New->takeName(&CB);
    CB.replaceAllUsesWith(New);
    CB.eraseFromParent();
    ++Count.imports;
  }

  /// The wrapper's declaration: of the type that the call uses.
  Function *getWrapper(Function &F, CallInst &Call, const PolicyFunction &PF,
                       unsigned At) {
    if (Function *Old = M.getFunction(PF.Wrapper))
      return Old;
    Function *W = Function::Create(prepend(Call.getFunctionType(), At),
                                   GlobalValue::ExternalLinkage, PF.Wrapper, M);
    W->setDSOLocal(F.isDSOLocal());
    // A call through a cast has its own idea of the types, hence attributes.
    FunctionType *Ty = Call.getFunctionType();
    AttributeList Known =
        Ty == F.getFunctionType() ? F.getAttributes() : Call.getAttributes();
    W->setAttributes(withParameter(C, Known, Ty->getNumParams(), At));
    return W;
  }

  /// Uses of F's address.
  void bindAddress(Function &F) {
    if (F.use_empty())
      return;
    std::string Name = (Twine(SFI_PASS_PREFIX) + F.getName()).str();
    Function *Pass = M.getFunction(Name);
    if (!Pass)
      Pass = Function::Create(F.getFunctionType(), GlobalValue::ExternalLinkage,
                              Name, M);
    // As clang had it: a kernel module knows no global offset table.
    Pass->setDSOLocal(F.isDSOLocal());
    Pass->setMetadata(LLVMContext::MD_kcfi_type,
                      F.getMetadata(LLVMContext::MD_kcfi_type));
    Pass->setAttributes(wrapperAttributes(C, F.getAttributes(), F.arg_size()));
    copyCodeAttributes(F, *Pass);
    F.replaceUsesWithIf(Pass, [](Use &U) {
      auto *CB = dyn_cast<CallBase>(U.getUser());
      return !CB || !(CB->isInlineAsm() || CB->isCallee(&U));
    });
  }

  Module &M;
  LLVMContext &C;
  const Policy &P;
  const TypeTable &Types;
  Counters &Count;
};

/// The first instruction that uses C, through constants, or null.
const Instruction *findUser(const Constant &C,
                            SmallPtrSetImpl<const User *> &Seen) {
  for (const User *U : C.users()) {
    if (auto *I = dyn_cast<Instruction>(U))
      return I;
    if (!isa<Constant>(U) || !Seen.insert(U).second)
      continue;
    if (const Instruction *I = findUser(*cast<Constant>(U), Seen))
      return I;
  }
  return nullptr;
}

/// An error at the code that uses C, else (tables) at PLACE.
void errorAtUse(Module &M, const Constant &C, const TypeTable &Types,
                uint32_t Place, const Twine &Message) {
  SmallPtrSet<const User *, 16> Seen;
  if (const Instruction *I = findUser(C, Seen))
    error(*I, Message);
  else if (Place)
    Types.ReportAt(Place, Message.str());
  else
    error(M, Message);
}

/// "int f(struct x *p)" or, where the AST has none, just the name.
std::string prototype(const TypeTable &Types, StringRef Name) {
  const FunctionFacts *Facts = Types.function(Name);
  return Facts ? Facts->Prototype : Name.str() + "()";
}

/// Calls that no code is generated for, or that clang refuses by itself.
bool isForCompiler(const Function &F) {
  return F.isIntrinsic() || F.hasFnAttribute("dontcall-error");
}

/// Is F, which is not defined here, a function of another unit of the driver?
bool isDriverFunction(const Function &F, const TypeTable &Types) {
  const FunctionFacts *Facts = Types.function(F.getName());
  return Facts && !Facts->Kernel;
}

void checkFunction(Module &M, const Function &F, const Policy &P,
                   const TypeTable &Types) {
  StringRef Name = F.getName();
  Name.consume_front("\1");
  const CallBase *Call = nullptr;
  bool Address = false;
  for (const Use &U : F.uses()) {
    auto *CB = dyn_cast<CallBase>(U.getUser());
    if (!CB || !CB->isCallee(&U))
      Address = true;
    else if (!CB->hasFnAttr(DirectCallAttr))
      Call = CB;
  }
  const PolicyFunction *PF = P.function(Name);
  const FunctionFacts *Facts = Types.function(Name);
  if (Call && !PF)
    error(*Call, "call of kernel function '" + Name +
                     "', which no annotated header describes; add to one: " +
                     prototype(Types, Name) + " SFI_...;");
  else if (Call && !PF->Callable)
    error(*Call, "call of kernel function '" + Name +
                     "', of which only the address may be passed on; annotate "
                     "its parameters as well: " +
                     prototype(Types, Name) + " SFI_ADDRESSABLE(STRUCTURE.FIELD);");
  else if (Address && !P.isDirect(Name))
    errorAtUse(M, F, Types, Facts ? Facts->Place : 0,
               "address of kernel function '" + Name +
                   "' is taken, which its annotation does not allow; add to "
                   "an annotated header: " +
                   prototype(Types, Name) + " SFI_ADDRESSABLE(STRUCTURE.FIELD);");
  else if (Call)
    error(*Call, "call of kernel function '" + Name +
                     "' was made by the optimizer and cannot be bound");
}

} // namespace

void bindImports(Module &M, const Policy &P, const TypeTable &Types,
                 Counters &Count) {
  ImportBinder(M, P, Types, Count).run();
}

void makeIndirectTargets(Module &M, const Policy &P, const TypeTable &Types,
                         Counters &Count) {
  SmallVector<Function *> Twins;
  for (Function &F : M)
    if (F.getName().starts_with(SFI_PASS_PREFIX) && !F.use_empty())
      Twins.push_back(&F);
  for (Function *F : Twins) {
    StringRef Name = F->getName().drop_front(strlen(SFI_PASS_PREFIX));
    const PolicyFunction *PF = P.function(Name);
    if (!PF || !PF->Callable || F->isVarArg() ||
        isByValueBeside(Name, F->arg_size(), Types))
      continue;
    makeIndirectTarget(*F, Name, *PF);
    ++Count.imports;
  }
}

void checkImports(Module &M, const Policy &P, const TypeTable &Types) {
  for (const Function &F : M) {
    if (!F.isDeclaration() || F.use_empty() || isForCompiler(F))
      continue;
    if (isReservedName(F.getName()) || isModuleOwn(F.getName()) ||
        P.isDirect(F.getName()) || isDriverFunction(F, Types))
      continue;
    checkFunction(M, F, P, Types);
  }
  for (const GlobalVariable &G : M.globals()) {
    StringRef Name = G.getName();
    if (!G.isDeclaration() || G.use_empty() || isModuleOwn(Name) ||
        isReservedName(Name) || P.isData(Name))
      continue;
    const VariableFacts *Facts = Types.variable(Name);
    if (Facts && !Facts->Kernel)
      continue;
    errorAtUse(M, G, Types, Facts ? Facts->Place : 0,
               "use of kernel variable '" + Name +
                   "', which no annotated header describes; add to one: "
                   "SFI_DATA(" +
                   Name + ");");
  }
}

} // namespace sfi
