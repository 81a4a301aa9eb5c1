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
  Code,        ///< the function, or code that it jumps to
  Replacement, ///< code that takes the place of a part of it
  Table,       ///< data for the kernel
  Unknown,
};

Place placeOf(StringRef Section) {
  if (Section.starts_with(".discard."))
    return Place::Table;
  return StringSwitch<Place>(Section)
      .Case(".altinstr_replacement", Place::Replacement)
      .Case(".altinstr_aux", Place::Code)
      .Cases(".altinstructions", ".smp_locks", "__jump_table", "__bug_table",
             "__ex_table", Place::Table)
      .Cases(".parainstructions", ".static_call_sites", ".modinfo",
             ".retpoline_sites", ".return_sites", ".call_sites",
             ".ibt_endbr_seal", Place::Table)
      .Default(Place::Unknown);
}

/// Without comments. What ends a statement or begins a comment must not stand
/// in a string: from there on this and the assembler would read different
/// things.
Expected<std::string> stripComments(StringRef Text) {
  std::string Out;
  bool InString = false;
  while (!Text.empty()) {
    char C = Text.front();
    bool Special = Text.starts_with("/*") || StringRef("#;\n\r").contains(C);
    if (C == '\'' || (InString && (Special || C == '\\')))
      return createStringError("a quotation that may hide code");
    InString ^= C == '"';
    if (Text.consume_front("/*")) {
      Text = Text.split("*/").second;
      Out += ' ';
    } else if (C == '#') {
      Text = Text.drop_until([](char C) { return C == '\n' || C == '\r'; });
    } else {
      Out += C;
      Text = Text.drop_front();
    }
  }
  return Out;
}

/// Takes a label from the front of a statement; "" if there is none.
StringRef takeLabel(StringRef &Line) {
  Line = Line.ltrim();
  size_t Colon = Line.find(':');
  // The colon of ${:uid}, which may be part of a label's name.
  while (Colon != StringRef::npos &&
         Line.substr(0, Colon).count('{') > Line.substr(0, Colon).count('}'))
    Colon = Line.find(':', Colon + 1);
  if (Colon == StringRef::npos)
    return "";
  StringRef Name = Line.substr(0, Colon);
  bool IsName = all_of(Name, [](char C) {
    return isAlnum(C) || StringRef("._${:}").contains(C);
  });
  if (!IsName || Name.starts_with("${"))
    return "";
  Line = Line.drop_front(Colon + 1);
  return Name;
}

/// Can only this unit name the label?
bool isLocal(StringRef Label) {
  return Label.starts_with(".L") || all_of(Label, isDigit);
}

bool isPrefix(StringRef Word) {
  return StringSwitch<bool>(Word)
      .Cases("lock", "rep", "repe", "repz", "repne", "repnz", true)
      .Cases("ds", "notrack", true)
      .Default(false);
}

/// Directives that put values into a table.
bool isData(StringRef Word) {
  return StringSwitch<bool>(Word)
      .Cases(".byte", ".word", ".short", ".long", ".int", ".quad", true)
      .Cases(".2byte", ".4byte", ".8byte", ".ascii", ".asciz", ".string", true)
      .Cases(".balign", ".p2align", ".align", ".org", ".skip", true)
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
    for (StringRef L = takeLabel(Line); !L.empty(); L = takeLabel(Line)) {
      if (!isLocal(L))
        return createStringError("the label '" + L + "'");
      if (where() == Place::Code)
        Labels.push_back(L.str());
    }
    Line = Line.trim();
    if (Line.empty())
      return Error::success();
    auto [Word, Rest] = getToken(Line);
    Rest = Rest.trim();
    if (Word.starts_with("."))
      return directive(Word, Rest, Line);
    if (where() == Place::Table)
      return createStringError("'" + Line + "' in a table");
    if (isPrefix(Word.lower())) {
      Prefixes.push_back(Word.lower());
      return statement(Rest);
    }
    AsmInst I;
    I.Mnemonic = Word.lower();
    I.Operands = splitOperands(Rest);
    I.Prefixes = std::move(Prefixes);
    Prefixes.clear();
    I.Labels = std::move(Labels);
    Labels.clear();
    Insts.push_back(std::move(I));
    return Error::success();
  }

  Expected<SmallVector<AsmInst>> finish() {
    if (Sections.size() != 1 || !Prefixes.empty())
      return createStringError("ends within a section or an instruction");
    if (!Labels.empty())
      Insts.push_back({"nop", {}, {}, std::move(Labels)});
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
    // Within another, .section is more than .previous can take back.
    if (Word == ".pushsection" || (Word == ".section" && Sections.size() == 1))
      return enter(Rest);
    if (Word == ".popsection" || Word == ".previous") {
      if (Sections.size() == 1)
        return createStringError("'" + Word + "' without a section");
      Sections.pop_back();
      return Error::success();
    }
    if (where() == Place::Table && isData(Word))
      return Error::success();
    // ud2, spelt by the kernel's bug.h so that every assembler knows it, and
    // padding.
    std::string Bytes = Rest.lower();
    StringRef Fill = StringRef(Bytes).rsplit(',').second.trim();
    bool Align = Word == ".balign" || Word == ".p2align";
    if (Word == ".byte" && StringRef(Bytes).split(',').first.trim() == "0x0f" &&
        StringRef(Bytes).split(',').second.trim() == "0x0b")
      return statement("ud2");
    if ((Align && Fill.empty()) ||
        ((Align || Word == ".skip") && Fill == "0x90"))
      return Error::success();
    return createStringError("directive '" + Line + "'");
  }

  SmallVector<Place, 4> Sections = {Place::Code};
  SmallVector<std::string, 1> Prefixes, Labels; ///< of the next instruction
  SmallVector<AsmInst> Insts;
};

} // namespace

Expected<SmallVector<AsmInst>> parseAsmText(StringRef Text) {
  if (Text.contains("$("))
    return createStringError("a choice of dialects");
  Expected<std::string> Clean = stripComments(Text);
  if (!Clean)
    return Clean.takeError();
  SmallVector<StringRef> Lines;
  SplitString(*Clean, Lines, "\n\r;");
  Parser P;
  for (StringRef Line : Lines)
    if (Error E = P.statement(Line))
      return E;
  return P.finish();
}

} // namespace sfi
