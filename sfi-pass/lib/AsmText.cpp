// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes the text of an inline assembly statement apart. It knows as much of an
// assembler's syntax as the kernel's headers use, and refuses the rest.

#include "AsmText.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace sfi {

namespace {

/// Where statements go.
enum class Place {
  Code,  ///< the function, or code that replaces a part of it
  Table, ///< data for the kernel: not looked at
  Unknown,
};

Place placeOf(StringRef Section) {
  if (Section.starts_with(".discard."))
    return Place::Table;
  return StringSwitch<Place>(Section)
      .Cases(".altinstr_replacement", ".altinstr_aux", Place::Code)
      .Cases(".altinstructions", ".smp_locks", "__jump_table", "__bug_table",
             "__ex_table", Place::Table)
      .Cases(".parainstructions", ".static_call_sites", ".modinfo",
             ".retpoline_sites", ".return_sites", ".call_sites",
             ".ibt_endbr_seal", Place::Table)
      .Default(Place::Unknown);
}

/// Without comments; what is left of a comment is a blank.
std::string stripComments(StringRef Text) {
  std::string Out;
  while (!Text.empty()) {
    if (Text.consume_front("/*"))
      Text = Text.split("*/").second;
    else if (Text.front() == '#')
      Text = Text.drop_until([](char C) { return C == '\n'; });
    else {
      Out += Text.front();
      Text = Text.drop_front();
    }
  }
  return Out;
}

/// Drops labels from the front of a statement.
StringRef dropLabels(StringRef Line) {
  for (;;) {
    Line = Line.ltrim();
    size_t Colon = Line.find(':');
    // The colon of ${:uid}, which may be part of a label's name.
    while (Colon != StringRef::npos &&
           Line.substr(0, Colon).count('{') > Line.substr(0, Colon).count('}'))
      Colon = Line.find(':', Colon + 1);
    if (Colon == StringRef::npos)
      return Line;
    StringRef Name = Line.substr(0, Colon);
    bool IsName = !Name.empty() && all_of(Name, [](char C) {
      return isAlnum(C) || StringRef("._${:}").contains(C);
    });
    if (!IsName || Name.starts_with("${"))
      return Line;
    Line = Line.drop_front(Colon + 1);
  }
}

bool isPrefix(StringRef Word) {
  return StringSwitch<bool>(Word)
      .Cases("lock", "rep", "repe", "repz", "repne", "repnz", true)
      .Cases("ds", "data16", "rex64", "notrack", true)
      .Default(false);
}

SmallVector<std::string, 3> splitOperands(StringRef Text) {
  SmallVector<std::string, 3> Operands;
  std::string Current;
  int Depth = 0;
  for (char C : Text) {
    Depth += (C == '(') - (C == ')');
    if (C == ',' && !Depth) {
      Operands.push_back(StringRef(Current).trim().str());
      Current.clear();
    } else {
      Current += C;
    }
  }
  if (!StringRef(Current).trim().empty())
    Operands.push_back(StringRef(Current).trim().str());
  return Operands;
}

class Parser {
public:
  Error statement(StringRef Line) {
    Line = dropLabels(Line).trim();
    if (Line.empty())
      return Error::success();
    auto [Word, Rest] = getToken(Line);
    Rest = Rest.trim();
    if (Word.starts_with("."))
      return directive(Word, Rest, Line);
    if (where() == Place::Table)
      return Error::success();
    if (isPrefix(Word.lower())) {
      Prefixes.push_back(Word.lower());
      return statement(Rest);
    }
    AsmInst I;
    I.Mnemonic = Word.lower();
    I.Operands = splitOperands(Rest);
    I.Prefixes = std::move(Prefixes);
    Prefixes.clear();
    Insts.push_back(std::move(I));
    return Error::success();
  }

  Expected<SmallVector<AsmInst>> finish() {
    if (Sections.size() != 1 || !Prefixes.empty())
      return createStringError("ends within a section or an instruction");
    return std::move(Insts);
  }

private:
  Place where() const { return Sections.back(); }

  Error enter(StringRef Rest) {
    StringRef Name = Rest.split(',').first.trim().trim('"');
    Place P = placeOf(Name);
    if (P == Place::Unknown)
      return createStringError("unknown section '" + Name + "'");
    Sections.push_back(P);
    return Error::success();
  }

  Error directive(StringRef Word, StringRef Rest, StringRef Line) {
    if (Word == ".pushsection" || Word == ".section")
      return enter(Rest);
    if (Word == ".popsection" || Word == ".previous") {
      if (Sections.size() == 1)
        return createStringError("'" + Word + "' without a section");
      Sections.pop_back();
      return Error::success();
    }
    if (where() == Place::Table)
      return Error::success();
    // ud2, spelt by the kernel's bug.h so that every assembler knows it, and
    // padding.
    std::string Bytes = Rest.lower();
    if (Word == ".byte" && StringRef(Bytes).split(',').first.trim() == "0x0f" &&
        StringRef(Bytes).split(',').second.trim() == "0x0b")
      return statement("ud2");
    if (Word == ".balign" || Word == ".p2align" ||
        (Word == ".skip" && StringRef(Bytes).ends_with("0x90")))
      return Error::success();
    return createStringError("directive '" + Line + "'");
  }

  SmallVector<Place, 4> Sections = {Place::Code};
  SmallVector<std::string, 1> Prefixes;
  SmallVector<AsmInst> Insts;
};

} // namespace

Expected<SmallVector<AsmInst>> parseAsmText(StringRef Text) {
  if (Text.contains("$("))
    return createStringError("a choice of dialects");
  std::string Clean = stripComments(Text);
  SmallVector<StringRef> Lines;
  SplitString(Clean, Lines, "\n;");
  Parser P;
  for (StringRef Line : Lines)
    if (Error E = P.statement(Line))
      return E;
  return P.finish();
}

} // namespace sfi
