// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables of a translation unit that the runtime reads: every function that
// is defined here, every entry, every writable global, and struct sfi_unit
// that leads to them. Written when nothing will be added or removed any more,
// so that they list exactly what is in the object.

#include "Unit.h"
#include "Abi.h"
#include "Imports.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace sfi {

namespace {

/// Lays out constants in the form of the ABI header's structures.
class Tables {
public:
  explicit Tables(Module &M)
      : M(M), C(M.getContext()), Ptr(PointerType::getUnqual(C)) {}

  Constant *number32(uint32_t N) {
    return ConstantInt::get(Type::getInt32Ty(C), N);
  }
  Constant *number64(uint64_t N) {
    return ConstantInt::get(Type::getInt64Ty(C), N);
  }
  Constant *null() { return ConstantPointerNull::get(Ptr); }

  Constant *string(StringRef Text) { return makeString(M, Text); }

  Constant *row(ArrayRef<Constant *> Fields) {
    return ConstantStruct::getAnon(C, Fields);
  }

  /// An array of rows, or null where there are none.
  Constant *table(StringRef Name, ArrayRef<Constant *> Rows) {
    if (Rows.empty())
      return null();
    auto *Ty = ArrayType::get(Rows.front()->getType(), Rows.size());
    return constant(Name, ConstantArray::get(Ty, Rows));
  }

  GlobalVariable *constant(StringRef Name, Constant *Value) {
    auto *G = new GlobalVariable(M, Value->getType(), true,
                                 GlobalValue::InternalLinkage, Value, Name);
    G->setAlignment(Align(8));
    return G;
  }

private:
  Module &M;
  LLVMContext &C;
  PointerType *Ptr;
};

/// Sections that the kernel or the linker lays claim to: not the driver's data.
/// One without a dot in front is an array that the kernel collects and keeps
/// state in (__param, __dyndbg, _ftrace_events...).
bool isForeignSection(StringRef Section) {
  return (!Section.empty() && Section.front() != '.') ||
         Section.starts_with(".discard") ||
         Section.starts_with(".gnu.linkonce") || Section == ".modinfo";
}

bool isDriverData(const GlobalVariable &G) {
  return !G.isDeclaration() && !G.isConstant() &&
         !G.hasAvailableExternallyLinkage() &&
         !G.getName().starts_with("llvm.") &&
         !G.getName().starts_with("sfi.") && G.getName() != "__this_module" &&
         G.getName() != "__sfi_self" && !isForeignSection(G.getSection());
}

/// What an indirect call of a function runs, where that is not the function:
/// of a gate, and of a kernel function.
DenseMap<const Function *, Constant *> findDetours(Module &M,
                                                   Constant *Entries) {
  DenseMap<const Function *, Constant *> To;
  if (auto *Table = dyn_cast<GlobalVariable>(Entries))
    for (const Use &Row : cast<User>(Table->getInitializer())->operands()) {
      auto *Entry = cast<ConstantStruct>(Row.get());
      To[cast<Function>(Entry->getOperand(1))] = Entry->getOperand(0);
    }
  for (Function &F : M)
    if (F.hasFnAttribute(IndirectAttr))
      To[M.getFunction(F.getFnAttribute(IndirectAttr).getValueAsString())] = &F;
  return To;
}

/// struct sfi_func of every function that is defined here, and of the kernel's
/// functions that may be called indirectly. A static function whose address
/// nobody takes is no target (type 0); any other unit may take the address of
/// one that is not static.
SmallVector<Constant *> makeFuncs(Module &M, Tables &T, Constant *Entries) {
  DenseMap<const Function *, Constant *> Detours = findDetours(M, Entries);
  SmallVector<Constant *> Rows;
  for (Function &F : M) {
    uint32_t Type = getTypeHash(F), Flags = 0;
    Constant *Call = &F;
    if (F.isDeclaration()) {
      if (!F.getName().starts_with(SFI_PASS_PREFIX) || F.use_empty())
        continue;
      Flags = SFI_FUNC_KERNEL;
      Call = Detours.lookup(&F);
    } else if (F.hasAvailableExternallyLinkage()) {
      continue;
    } else if (F.hasFnAttribute(GateAttr)) {
      Flags = SFI_FUNC_GATE;
      Call = Detours.lookup(&F);
    } else if (F.hasLocalLinkage() && !F.hasAddressTaken()) {
      Type = 0;
    }
    Rows.push_back(T.row({&F, Type && Call ? Call : T.null(), T.number32(Type),
                          T.number32(Flags), T.string(F.getName())}));
  }
  return Rows;
}

/// Moves what is left of the entries into one array.
Constant *makeEntries(Module &M, Tables &T, uint64_t &Count) {
  SmallVector<GlobalVariable *> Entries;
  SmallVector<Constant *> Rows;
  for (GlobalVariable &G : M.globals())
    if (G.hasAttribute(EntryAttr)) {
      Entries.push_back(&G);
      Rows.push_back(G.getInitializer());
    }
  Count = Entries.size();
  Constant *Table = T.table("sfi.entries", Rows);
  for (auto [I, G] : enumerate(Entries)) {
    auto *Array = cast<GlobalVariable>(Table)->getValueType();
    Constant *At = ConstantExpr::getInBoundsGetElementPtr(
        Array, Table, ArrayRef<Constant *>{T.number64(0), T.number64(I)});
    G->replaceAllUsesWith(At);
    G->eraseFromParent();
  }
  return Table;
}

/// struct sfi_global of every writable variable, each on slots of its own: what
/// follows one in its section is aligned as well.
SmallVector<Constant *> makeGlobals(Module &M, Tables &T) {
  SmallVector<Constant *> Rows;
  for (GlobalVariable &G : M.globals()) {
    if (!isDriverData(G))
      continue;
    uint64_t Size = M.getDataLayout().getTypeAllocSize(G.getValueType());
    if (!Size)
      continue;
    G.setAlignment(std::max(G.getAlign().valueOrOne(), Align(SFI_SLOT_SIZE)));
    Rows.push_back(
        T.row({&G, T.number64(Size),
               G.hasAttribute(AloneAttr) ? T.null() : T.string(G.getName())}));
    G.setAttributes(
        G.getAttributes().removeAttribute(M.getContext(), AloneAttr));
  }
  return Rows;
}

/// Takes away what clang's kCFI front end left, so that the back end sees none.
void dropTypes(Module &M) {
  for (Function &F : M) {
    F.eraseMetadata(LLVMContext::MD_kcfi_type);
    for (Instruction &I : make_early_inc_range(instructions(F))) {
      auto *CB = dyn_cast<CallBase>(&I);
      if (!CB || !CB->getOperandBundle(LLVMContext::OB_kcfi))
        continue;
      CallBase *New = CallBase::removeOperandBundle(CB, LLVMContext::OB_kcfi,
                                                    CB->getIterator());
      New->copyMetadata(*CB);
      New->takeName(CB);
      CB->replaceAllUsesWith(New);
      CB->eraseFromParent();
    }
  }
  NamedMDNode *Flags = M.getModuleFlagsMetadata();
  if (!Flags)
    return;
  SmallVector<MDNode *> Kept;
  for (MDNode *Flag : Flags->operands())
    if (!cast<MDString>(Flag->getOperand(1))->getString().starts_with("kcfi"))
      Kept.push_back(Flag);
  Flags->clearOperands();
  for (MDNode *Flag : Kept)
    Flags->addOperand(Flag);
}

/// The unit that Kbuild makes for the module as a whole defines the anchor.
void defineSelf(Module &M, GlobalVariable *Self) {
  GlobalVariable *Module = M.getNamedGlobal("__this_module");
  if (!Module || Module->isDeclaration())
    return;
  Self->setInitializer(ConstantAggregateZero::get(Self->getValueType()));
  Self->setLinkage(GlobalValue::ExternalLinkage);
}

/// A reference that fails to link against a runtime of another version.
GlobalVariable *makeVersionReference(Module &M, Tables &T) {
  Constant *Symbol =
      M.getOrInsertGlobal(SFI_VERSION_SYMBOL, Type::getInt8Ty(M.getContext()));
  return T.constant("sfi.abi", Symbol);
}

} // namespace

void finishUnit(Module &M, const Policy &P, const Counters &Count) {
  Tables T(M);
  GlobalVariable *Self = getSelf(M);
  uint64_t NumEntries;
  Constant *Entries = makeEntries(M, T, NumEntries);
  SmallVector<Constant *> Funcs = makeFuncs(M, T, Entries);
  SmallVector<Constant *> Globals = makeGlobals(M, T);
  auto Bound = [&](StringRef Name) -> Constant * {
    GlobalValue *G = M.getNamedValue(Name);
    return G ? G : T.null();
  };
  SmallVector<Constant *> Fields = {T.number32(SFI_UNIT_MAGIC),
                                    T.number32(SFI_ABI_VERSION),
                                    T.number64(P.hash()),
                                    Self,
                                    T.string(M.getSourceFileName()),
                                    T.table("sfi.funcs", Funcs),
                                    Entries,
                                    T.table("sfi.globals", Globals),
                                    Bound("sfi.lines"),
                                    Bound("sfi.lines_end"),
                                    T.number64(Funcs.size()),
                                    T.number64(NumEntries),
                                    T.number64(Globals.size()),
#define X(name) T.number32(Count.name),
                                    SFI_UNIT_COUNTERS(X)
#undef X
  };
  GlobalVariable *Unit = T.constant("__sfi_unit", T.row(Fields));
  appendToCompilerUsed(M, {Unit, makeVersionReference(M, T)});
  defineSelf(M, Self);
  dropTypes(M);
}

} // namespace sfi
