// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ABI header's symbols and types as IR.

#include "Abi.h"
#include "Diag.h"

#include "llvm/IR/Constants.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace sfi {

namespace {

enum TypeCode { V, P, L, W };

struct RuntimeSymbol {
  const char *Name;
  TypeCode Result;
  std::vector<TypeCode> Params;
  int Convention;
};

const std::vector<RuntimeSymbol> &runtimeSymbols() {
#define R(name, result, params, cc) {#name, result, PARAMS params, cc},
  static const std::vector<RuntimeSymbol> Symbols = {
#define PARAMS(...) {__VA_ARGS__}
      SFI_RUNTIME_SYMBOLS(R)};
#undef R
#undef PARAMS
  return Symbols;
}

Type *getType(LLVMContext &C, TypeCode Code) {
  switch (Code) {
  case V:
    return Type::getVoidTy(C);
  case P:
    return PointerType::getUnqual(C);
  case L:
    return Type::getInt64Ty(C);
  case W:
    return Type::getInt32Ty(C);
  }
  llvm_unreachable("no such type code");
}

const RuntimeSymbol *findSymbol(StringRef Name) {
  for (const RuntimeSymbol &S : runtimeSymbols())
    if (Name == S.Name)
      return &S;
  return nullptr;
}

} // namespace

StructType *getSelfType(LLVMContext &C) {
  if (StructType *T = StructType::getTypeByName(C, "sfi_self"))
    return T;
  Type *Ptr = PointerType::getUnqual(C);
  return StructType::create("sfi_self", ArrayType::get(Ptr, SFI_DIR_ENTRIES),
                            Ptr, Ptr);
}

GlobalVariable *getSelf(Module &M) {
  if (GlobalVariable *G = M.getNamedGlobal("__sfi_self"))
    return G;
  auto *G = new GlobalVariable(M, getSelfType(M.getContext()), false,
                               GlobalValue::ExternalWeakLinkage, nullptr,
                               "__sfi_self");
  G->setVisibility(GlobalValue::HiddenVisibility);
  G->setDSOLocal(true);
  G->setAlignment(Align(8));
  return G;
}

Function *getRuntimeFunction(Module &M, StringRef Name) {
  const RuntimeSymbol *S = findSymbol(Name);
  assert(S && "not a symbol of the ABI header");
  LLVMContext &C = M.getContext();
  SmallVector<Type *, 4> Params;
  for (TypeCode P : S->Params)
    Params.push_back(getType(C, P));
  auto *Ty = FunctionType::get(getType(C, S->Result), Params, false);
  if (GlobalValue *Old = M.getNamedValue(Name)) {
    auto *F = dyn_cast<Function>(Old);
    if (F && F->isDeclaration() && F->getFunctionType() == Ty)
      return F;
    error(M, "'" + Name + "' is a symbol of the isolation runtime");
    return nullptr;
  }
  Function *F = Function::Create(Ty, GlobalValue::ExternalLinkage, Name, M);
  F->setDoesNotThrow();
  if (S->Convention == SFI_CC_COLD) {
    F->setCallingConv(CallingConv::PreserveMost);
    F->addFnAttr(Attribute::Cold);
  }
  return F;
}

Constant *makeString(Module &M, StringRef Text) {
  Constant *Data = ConstantDataArray::getString(M.getContext(), Text);
  auto *G = new GlobalVariable(M, Data->getType(), true,
                               GlobalValue::PrivateLinkage, Data, "sfi.str");
  G->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  G->setAlignment(Align(1));
  return G;
}

bool isReservedName(StringRef Name) {
  return Name.starts_with(SFI_IMPORT_PREFIX) ||
         Name.starts_with(SFI_ENTRY_PREFIX) ||
         Name.starts_with(SFI_PASS_PREFIX) || Name.starts_with("__sfi_") ||
         Name == SFI_VERSION_SYMBOL || findSymbol(Name);
}

uint32_t getTypeHash(const Function &F) {
  const MDNode *MD = F.getMetadata(LLVMContext::MD_kcfi_type);
  if (!MD)
    return 0;
  return getTypeHash(
      mdconst::extract<ConstantInt>(MD->getOperand(0))->getZExtValue(),
      F.getAttributes(), F.arg_size(), F.getDataLayout());
}

uint32_t getTypeHash(uint32_t Hash, AttributeList Attributes,
                     unsigned Arguments, const DataLayout &DL) {
  for (unsigned N = 0; N < Arguments; ++N)
    if (Type *T = Attributes.getParamByValType(N))
      Hash = static_cast<uint32_t>(xxh3_64bits(
          formatv("{0} {1} {2} {3}", Hash, N,
                  DL.getTypeAllocSize(T).getFixedValue(),
                  Attributes.getParamAlignment(N).valueOrOne().value())
              .str()));
  return Hash;
}

} // namespace sfi
