// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inline assembly is classified, not trusted. What a statement writes is read
// off its instructions, not off its constraints: the kernel's MMIO writes list
// the device register as an input. Every mnemonic must be in AsmTable.cpp, and
// every operand in a place that is written must be a register or an
// operand of the statement; anything else is an error that shows the template.
//
// Allowed besides plain computation: locked and bit operations (the address
// that a bit number in a register leads to is guarded), memory barriers, ud2
// with its bug table entry, jumps within the statement and to the labels of an
// asm goto, alternatives (both codes are checked), string stores (the whole
// range is guarded), the preempt count, calls of the few functions named there.
//
// Deliberately not: everything privileged (in, out, cli, wrmsr...), per-CPU
// writes of anything else, pushes, jumps and calls to elsewhere. Kernel inlines
// made of these belong behind a wrapper: SFI_INTERFACE.

#include "Access.h"
#include "AsmTable.h"
#include "AsmText.h"
#include "Diag.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/bit.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include <deque>

using namespace llvm;

namespace sfi {

namespace {

/// "$3", or one of ${3:b}, ${3:h}, ${3:w}, ${3:k}, ${3:q}: other modifiers make
/// something else of an operand, ${3:a} of a register memory that it points to.
bool isPlainRef(StringRef Text) {
  if (!Text.consume_back("}"))
    return true;
  StringRef Modifier = Text.split(':').second;
  return Modifier.size() <= 1 && StringRef("bhwkq").contains(Modifier);
}

/// One operand of the statement.
struct Operand {
  InlineAsm::ConstraintPrefix Role;
  bool Memory;       ///< stands for memory at Arg
  bool EarlyClobber; ///< an output that shares no register with an input
  bool Unclear;      ///< may be in a register, copied from or to Arg around it
  bool Immediate;    ///< may be any constant
  StringRef Code;    ///< its (first) constraint code
  int Tied;          ///< an input that shares output Tied's register, or -1
  Value *Arg;        ///< null for register outputs and labels
  Type *ElementType; ///< of memory operands
  Type *ValueType;   ///< of what is in a register
};

class Classifier {
public:
  Classifier(CallBase &CB, SmallVectorImpl<Access> &Writes)
      : CB(CB), Asm(*cast<InlineAsm>(CB.getCalledOperand())), Writes(Writes) {
    collectOperands();
  }

  bool run() {
    if (Asm.getDialect() != InlineAsm::AD_ATT)
      return fail("Intel syntax");
    Expected<SmallVector<AsmInst>> Insts = parseAsmText(Asm.getAsmString());
    if (!Insts)
      return fail(toString(Insts.takeError()));
    for (const Operand &O : Operands)
      if (O.Unclear)
        return fail("an operand that may be memory or not");
    All = *Insts;
    if (!pass())
      return false;
    // What is written last is written before what a jump back leads to. The
    // accesses are the same.
    size_t Count = Writes.size();
    if (JumpsBack && !pass())
      return false;
    Writes.truncate(Count);
    return true;
  }

private:
  /// All instructions, in the order in which they stand.
  bool pass() {
    for (At = 0; At != All.size(); ++At) {
      if (!instruction(All[At]))
        return false;
      SharedWritten |= SharedWrittenNow;
    }
    return Pushed ? fail("flags left on the stack") : true;
  }

  bool fail(const Twine &Why) {
    std::string Text;
    raw_string_ostream OS(Text);
    printEscapedString(Asm.getAsmString(), OS);
    error(CB, "isolated code cannot contain this inline assembly (" + Why +
                  "): \"" + Text + "\"; constraints \"" +
                  Asm.getConstraintString() +
                  "\"; a kernel inline that needs it has to be annotated "
                  "SFI_INTERFACE");
    return false;
  }

  void collectOperands() {
    unsigned Arg = 0, Result = 0;
    for (const InlineAsm::ConstraintInfo &C : Asm.ParseConstraints()) {
      if (C.Type == InlineAsm::isClobber)
        continue;
      bool Unclear = C.isMultipleAlternative ||
                     (C.isIndirect && !is_contained(C.Codes, "m"));
      // 'I' is for numbers up to 31, others go to a register.
      bool Immediate = any_of(C.Codes, [](StringRef Code) {
        return !StringRef("rqQRI").contains(Code) && !Code.starts_with("{");
      });
      Operand O = {C.Type, C.isIndirect, C.isEarlyClobber, Unclear, Immediate,
                   "",     -1,           nullptr,          nullptr, nullptr};
      if (!C.Codes.empty())
        O.Code = Saver.emplace_back(C.Codes.front());
      // A matching constraint is a number.
      unsigned Output;
      if (C.Type == InlineAsm::isInput && !O.Code.getAsInteger(10, Output))
        O.Tied = Output;
      bool HasArg = C.Type == InlineAsm::isInput ||
                    (C.Type == InlineAsm::isOutput && C.isIndirect);
      if (HasArg) {
        O.Arg = CB.getArgOperand(Arg);
        O.ElementType = CB.getParamElementType(Arg++);
        O.ValueType = O.Arg->getType();
      } else if (C.Type == InlineAsm::isOutput) {
        auto *Several = dyn_cast<StructType>(CB.getType());
        O.ValueType =
            Several ? Several->getElementType(Result++) : CB.getType();
      }
      Operands.push_back(O);
    }
  }

  /// "$3" or "${3:b}": the operand, and the width its modifier says.
  const Operand *parseRef(StringRef Text, uint64_t *Width = nullptr) {
    if (!Text.consume_front("$"))
      return nullptr;
    StringRef Modifier;
    if (Text.consume_front("{")) {
      if (!Text.consume_back("}"))
        return nullptr;
      std::tie(Text, Modifier) = Text.split(':');
    }
    unsigned N;
    if (Text.getAsInteger(10, N) || N >= Operands.size())
      return nullptr;
    if (Width)
      *Width = StringSwitch<uint64_t>(Modifier)
                   .Cases("b", "h", 1)
                   .Case("w", 2)
                   .Case("k", 4)
                   .Case("q", 8)
                   .Default(0);
    return &Operands[N];
  }

  bool instruction(const AsmInst &I) {
    Mnemonic M = lookUp(I.Mnemonic);
    if (Pushed && M.Does != Effect::PopFlags)
      return fail("an operand's address while flags are on the stack");
    for (StringRef Text : I.Operands)
      if (isPrivileged(Text))
        return fail("reads or writes '" + Text + "'");
    if (I.Operands.empty() && stringInstruction(I))
      return true;
    if (isFullBarrier(I))
      return true;
    for (StringRef Register : implicitlyWritten(I))
      if (!isDeclared(Register))
        return fail("'" + I.Mnemonic + "' writes " + Register);
    switch (M.Does) {
    case Effect::Reads:
      return true;
    case Effect::Last:
    case Effect::Load:
    case Effect::Bits:
    case Effect::All:
      return dataInstruction(I, M);
    case Effect::Jump:
      return jump(I);
    case Effect::Call:
      return call(I);
    case Effect::PushFlags:
      return M.Width % 8 ? fail("'" + I.Mnemonic + "'") : ++Pushed;
    case Effect::PopFlags:
      return popFlags(I, M);
    case Effect::Unknown:
      return fail("instruction '" + I.Mnemonic + "'");
    }
    llvm_unreachable("no such effect");
  }

  /// The kernel's smp_mb(): adds nothing to a word below the stack.
  static bool isFullBarrier(const AsmInst &I) {
    return I.Prefixes == SmallVector<std::string, 1>{"lock"} &&
           I.Mnemonic == "addl" && I.Operands.size() == 2 &&
           I.Operands[0] == "$$0" && I.Operands[1] == "-4(%rsp)";
  }

  /// As many bytes as were pushed, and never without.
  bool popFlags(const AsmInst &I, Mnemonic M) {
    if (!Pushed || !I.Labels.empty() || M.Width % 8 ||
        !CB.getType()->isIntegerTy(64) || I.Operands.size() != 1 ||
        I.Operands[0] != "$0")
      return fail("unbalanced pop");
    --Pushed;
    return dataInstruction(I, {Effect::Load, 0});
  }

  bool dataInstruction(const AsmInst &I, Mnemonic M) {
    if (I.Operands.empty())
      return fail("'" + I.Mnemonic + "' without operands");
    if (!M.Width)
      M.Width = widthFromOperands(I);
    for (size_t N = 0; N < I.Operands.size(); ++N) {
      bool IsLast = N + 1 == I.Operands.size();
      if ((IsLast || M.Does == Effect::All) && !written(I, I.Operands[N], M))
        return false;
    }
    return true;
  }

  /// The width that a register operand tells: its name, its modifier, or its C
  /// type. Only one instruction takes registers of several widths, for a count
  /// of bits, and it is written with a suffix.
  uint64_t widthFromOperands(const AsmInst &I) {
    uint64_t Most = 0;
    for (StringRef Text : I.Operands) {
      uint64_t Width = registerWidth(Text);
      const Operand *O = parseRef(Text, &Width);
      if (!Width && O && !O->Memory && O->ValueType && O->Code != "i")
        Width = storeSize(O->ValueType);
      Most = std::max(Most, Width);
    }
    return Most;
  }

  uint64_t storeSize(Type *Ty) {
    return CB.getModule()->getDataLayout().getTypeStoreSize(Ty);
  }

  /// TEXT is in a place that I writes.
  bool written(const AsmInst &I, StringRef Text, Mnemonic M) {
    if (Text.starts_with("%gs:"))
      return perCPU(I, Text.drop_front(4));
    if (Text.starts_with("%")) {
      std::string Name = registerName(Text);
      return isGeneral(Name) && isDeclared(Name)
                 ? true
                 : fail("writes '" + Text + "'");
    }
    const Operand *O = parseRef(Text);
    if (!O || !isPlainRef(Text))
      return fail("writes '" + Text + "'");
    if (O->Memory)
      return M.Does == Effect::Load ? fail("'" + I.Mnemonic + "' into memory")
                                    : writtenMemory(I, *O, M);
    if (O->Role != InlineAsm::isOutput)
      return fail("writes an input register");
    StringRef Register = O->Code;
    if (Register.consume_front("{") && Register.consume_back("}") &&
        !isGeneral(registerName(Register)))
      return fail("writes '" + Register + "'");
    SharedWrittenNow |= !O->EarlyClobber;
    RegistersWritten = true;
    return true;
  }

  /// Does the statement say that it writes this register?
  bool isDeclared(StringRef Register) {
    StringRef Constraints = Asm.getConstraintString();
    auto Has = [&](const Twine &Text) {
      return Constraints.contains((Text + Register + "}").str());
    };
    bool Exclusive = Has("=&{") || Has("=&{r") || Has("=&{e") || Has("~{") ||
                     Has("~{r") || Has("~{e");
    bool Shared = Has("={") || Has("={r") || Has("={e");
    SharedWrittenNow |= Shared;
    RegistersWritten = true;
    return Exclusive || Shared;
  }

  bool writtenMemory(const AsmInst &I, const Operand &O, Mnemonic M) {
    if (O.Arg->getType()->getPointerAddressSpace())
      return fail("writes another address space");
    // The address may be in the register of an output that is written already.
    if (SharedWritten)
      return fail("writes memory after an output without '&'");
    uint64_t Size = M.Width ? M.Width : storeSize(O.ElementType);
    if (!Size)
      return fail("a write of unknown size");
    Access A = {&CB, O.Arg, Extent::Fixed, Size, nullptr, Align(1)};
    A.Alignment = Align(bit_floor(std::min<uint64_t>(Size, 8)));
    if (M.Does == Effect::Bits) {
      const Operand *Bit = parseRef(I.Operands[0]);
      bool Literal = StringRef(I.Operands[0]).starts_with("$$");
      if (!Literal &&
          (!Bit || !Bit->Arg || Bit->Memory || Bit->Tied >= 0 ||
           !isPlainRef(I.Operands[0]) || !Bit->Arg->getType()->isIntegerTy()))
        return fail("a bit number that is no operand");
      // A literal is taken modulo the operand's size by the processor.
      if (!Literal && !isBitNumber(*Bit, Size))
        return fail("a bit number of another size");
      if (!Literal) {
        A.Kind = Extent::Bit;
        A.Length = Bit->Arg;
      }
    }
    Writes.push_back(A);
    return true;
  }

  /// Does a register hold all of Bit, or an immediate operand stay in the word?
  static bool isBitNumber(const Operand &Bit, uint64_t Size) {
    if (auto *C = dyn_cast<ConstantInt>(Bit.Arg)) {
      if (C->getValue().ult(8 * Size))
        return true;
      if (Bit.Immediate || Size < 4)
        return false;
    }
    return Bit.Arg->getType()->isIntegerTy(8 * Size);
  }

  /// Only the preempt count may be counted up and down: the runtime restores
  /// it, and what an imbalance does is seen at the gate.
  bool perCPU(const AsmInst &I, StringRef Text) {
    const Operand *O = parseRef(Text);
    bool Counts = StringSwitch<bool>(I.Mnemonic)
                      .Cases("incl", "decl", "addl", "subl", true)
                      .Default(false);
    if (!Counts || !O || !O->Arg || !isPreemptCount(O->Arg))
      return fail("writes per-CPU memory");
    return true;
  }

  bool isPreemptCount(Value *Ptr) {
    const DataLayout &DL = CB.getModule()->getDataLayout();
    APInt Offset(64, 0);
    Value *Base = Ptr->stripAndAccumulateConstantOffsets(DL, Offset, true);
    auto *Variable = dyn_cast<GlobalVariable>(Base);
    if (!Variable || !Variable->isDeclaration())
      return false;
    // Its own variable until 6.1, the second field of pcpu_hot since.
    return (Base->getName() == "__preempt_count" && Offset == 0) ||
           (Base->getName() == "pcpu_hot" && Offset == 8);
  }

  bool jump(const AsmInst &I) {
    if (I.Operands.size() != 1)
      return fail("'" + I.Mnemonic + "'");
    StringRef To = I.Operands[0];
    const Operand *O = parseRef(To);
    if (O && O->Role == InlineAsm::isLabel)
      return true;
    // Elsewhere in the file the same number may stand, behind a guard.
    StringRef Digits = To.drop_back();
    bool Back = To.ends_with("b"), Forward = To.ends_with("f");
    JumpsBack |= Back;
    ArrayRef<AsmInst> Where = Back      ? All.take_front(At + 1)
                              : Forward ? All.drop_front(At + 1)
                                        : ArrayRef<AsmInst>();
    if (any_of(Where, [&](const AsmInst &Target) {
          return is_contained(Target.Labels, Digits);
        }))
      return true;
    return fail("a jump to '" + To + "'");
  }

  bool call(const AsmInst &I) {
    if (I.Operands.size() != 1)
      return fail("'call'");
    std::string Name = expandImmediates(I.Operands[0]);
    if (!isCallable(Name))
      return fail("a call of '" + Name + "'");
    for (StringRef Register : writtenByCall(Name))
      if (!isDeclared(Register))
        return fail("'" + Name + "' writes " + Register);
    return true;
  }

  /// "__get_user_${4:P}" with a constant operand 4 becomes "__get_user_8".
  std::string expandImmediates(StringRef Text) {
    auto [Head, Ref] = Text.split('$');
    if (Ref.empty())
      return Text.str();
    const Operand *O = parseRef(Text.drop_front(Head.size()));
    if (O && O->Arg)
      if (auto *C = dyn_cast<ConstantInt>(O->Arg))
        return (Head + Twine(C->getSExtValue())).str();
    if (O && O->Arg && Head.empty() && isa<Function>(O->Arg))
      return O->Arg->getName().str();
    return Text.str();
  }

  /// movs and stos, by the pointer in rdi and, repeated, the count in rcx.
  /// These must be the statement's inputs still, and it must say that they
  /// change.
  bool stringInstruction(const AsmInst &I) {
    uint64_t Width = stringWidth(I.Mnemonic);
    bool Repeated = !I.Prefixes.empty();
    bool Moves = StringRef(I.Mnemonic).starts_with("movs");
    if (!Width || RegistersWritten || !isDeclared("di") ||
        (Repeated && !isDeclared("cx")) || (Moves && !isDeclared("si")) ||
        !all_of(I.Prefixes, [](StringRef P) { return P.starts_with("rep"); }))
      return false;
    Value *To = inputIn("{di}"), *Count = inputIn("{cx}");
    if (!To)
      return false;
    Access A = {&CB, To, Extent::Fixed, Width, nullptr, Align(1)};
    if (Repeated) {
      if (!Count || !Count->getType()->isIntegerTy(64))
        return false;
      A.Kind = Extent::Length;
      A.Length = Count;
    }
    if (!To->getType()->isPointerTy())
      return false;
    Writes.push_back(A);
    return true;
  }

  /// The input that is in a register, itself or by being tied to an output.
  Value *inputIn(StringRef Register) {
    for (const Operand &O : Operands)
      if (O.Role == InlineAsm::isInput &&
          (O.Code == Register ||
           (O.Tied >= 0 && Operands[O.Tied].Code == Register)))
        return O.Arg;
    return nullptr;
  }

  CallBase &CB;
  InlineAsm &Asm;
  SmallVectorImpl<Access> &Writes;
  SmallVector<Operand> Operands;
  std::deque<std::string> Saver;
  ArrayRef<AsmInst> All;
  size_t At = 0; ///< of the instruction that is looked at
  unsigned Pushed = 0;
  bool JumpsBack = false;
  bool RegistersWritten = false; ///< by what has been looked at
  /// An earlier (this) instruction has written a register that an operand's
  /// address may be in: its address is taken before.
  bool SharedWritten = false, SharedWrittenNow = false;
};

} // namespace

bool classifyAsm(CallBase &CB, SmallVectorImpl<Access> &Writes) {
  return Classifier(CB, Writes).run();
}

bool isMacroName(StringRef Name) {
  Expected<SmallVector<AsmInst>> Insts = parseAsmText(Name);
  if (!Insts) {
    consumeError(Insts.takeError());
    return false;
  }
  return Insts->size() == 1 && !stringWidth(Insts->front().Mnemonic) &&
         lookUp(Insts->front().Mnemonic).Does == Effect::Unknown;
}

} // namespace sfi
