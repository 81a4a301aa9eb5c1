// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables of instructions, registers and functions that inline assembly in
// a driver may use. What is not here is an error (InlineAsm.cpp).

#include "AsmTable.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace sfi {

static Effect effectOf(StringRef Name) {
  return StringSwitch<Effect>(Name)
      .Cases("mov", "add", "adc", "sub", "sbb", "and", "or", "xor", "inc",
             "dec", Effect::Last)
      .Cases("neg", "not", "shl", "shr", "sar", "sal", "rol", "ror", "rcl",
             "rcr", Effect::Last)
      .Cases("shld", "shrd", "cmpxchg", Effect::Last)
      .Cases("xchg", "xadd", Effect::All)
      .Cases("bts", "btr", "btc", Effect::Bits)
      .Cases("lea", "movz", "bswap", "bsf", "bsr", "tzcnt", "lzcnt", "popcnt",
             "imul", Effect::Load)
      .Cases("cmp", "test", "bt", "nop", "pause", "mfence", "lfence", "sfence",
             "mul", "div", Effect::Reads)
      .Cases("prefetch", "prefetcht0", "prefetcht1", "prefetcht2",
             "prefetchnta", "prefetchw", "rdtsc", "rdtscp", "cpuid", "ud2",
             Effect::Reads)
      .Cases("clflush", "clflushopt", "clwb", "cltq", "cld", Effect::Reads)
      .Case("jmp", Effect::Jump)
      .Case("call", Effect::Call)
      .Case("pushf", Effect::PushFlags)
      .Case("pop", Effect::PopFlags)
      .Default(Effect::Unknown);
}

/// Names whose last letter is no suffix, and families of names.
Mnemonic lookUp(StringRef Name) {
  if (Name == "cmpxchg8b")
    return {Effect::Last, 8};
  if (Name == "cmpxchg16b")
    return {Effect::Last, 16};
  if (Name.starts_with("set"))
    return {Effect::Last, 1};
  if (Name.starts_with("cmov") || Name.starts_with("movzb") ||
      Name.starts_with("movzw") || Name.starts_with("movsb") ||
      Name.starts_with("movsw") || Name.starts_with("movsl"))
    return {Effect::Load, 0};
  Effect Whole = effectOf(Name);
  if (Whole != Effect::Unknown)
    return {Whole, 0};
  uint64_t Width = StringSwitch<uint64_t>(Name.take_back())
                       .Case("b", 1)
                       .Case("w", 2)
                       .Case("l", 4)
                       .Case("q", 8)
                       .Default(0);
  if (Width)
    return {effectOf(Name.drop_back()), Width};
  if (Name.starts_with("j"))
    return {Effect::Jump, 0};
  return {Effect::Unknown, 0};
}

uint64_t stringWidth(StringRef Name) {
  return StringSwitch<uint64_t>(Name)
      .Cases("movsb", "stosb", 1)
      .Cases("movsw", "stosw", 2)
      .Cases("movsl", "stosl", 4)
      .Cases("movsq", "stosq", 8)
      .Default(0);
}

SmallVector<StringRef, 4> implicitlyWritten(const AsmInst &I) {
  StringRef Name = I.Mnemonic;
  if (Name == "cltq")
    return {"ax"};
  if (Name.starts_with("imul") && I.Operands.size() == 1)
    return {"ax", "dx"};
  if (Name == "cpuid")
    return {"ax", "bx", "cx", "dx"};
  if (Name == "rdtscp")
    return {"ax", "cx", "dx"};
  if (Name == "rdtsc" || Name == "cmpxchg8b" || Name == "cmpxchg16b" ||
      Name.starts_with("mul") || Name.starts_with("div"))
    return {"ax", "dx"};
  if (Name.starts_with("cmpxchg"))
    return {"ax"};
  return {};
}

std::string registerName(StringRef Text) {
  Text.consume_front("%");
  if (Text.size() > 1 && Text[0] == 'r' && isDigit(Text[1]))
    return Text.take_while([](char C) { return isAlnum(C); })
        .rtrim("bwd")
        .str();
  if (Text.size() == 3 && (Text[0] == 'r' || Text[0] == 'e'))
    Text = Text.drop_front();
  if (Text.size() == 2 && (Text[1] == 'l' || Text[1] == 'h'))
    return (Text.take_front() + "x").str();
  return Text.str();
}

uint64_t registerWidth(StringRef Text) {
  if (!Text.consume_front("%"))
    return 0;
  if (Text.size() > 1 && Text[0] == 'r' && isDigit(Text[1]))
    return StringSwitch<uint64_t>(Text.take_back())
        .Case("b", 1)
        .Case("w", 2)
        .Case("d", 4)
        .Default(8);
  if (Text.ends_with("l") || Text.ends_with("h"))
    return 1;
  return Text.starts_with("r") ? 8 : Text.starts_with("e") ? 4 : 2;
}

bool isGeneral(StringRef Name) {
  return StringSwitch<bool>(Name)
      .Cases("ax", "bx", "cx", "dx", "si", "di", true)
      .Cases("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", true)
      .Default(false);
}

bool isPrivileged(StringRef Text) {
  return Text.starts_with("%cr") || Text.starts_with("%dr") ||
         Text.starts_with("%db") || Text.starts_with("%tr");
}

bool isCallable(StringRef Name) {
  return StringSwitch<bool>(Name)
      .Cases("__get_user_1", "__get_user_2", "__get_user_4", "__get_user_8",
             true)
      .Cases("__put_user_1", "__put_user_2", "__put_user_4", "__put_user_8",
             true)
      // By way of thunks that keep all registers.
      .Cases("__SCT__preempt_schedule", "__SCT__preempt_schedule_notrace", true)
      .Default(false);
}

SmallVector<StringRef, 4> writtenByCall(StringRef Name) {
  if (Name.starts_with("__get_user_"))
    return {"ax", "dx"};
  if (Name.starts_with("__put_user_"))
    return {"cx", "bx"};
  return {};
}

} // namespace sfi
