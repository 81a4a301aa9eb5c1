// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Assembly at file level. Nothing of it can be instrumented, so only what makes
// neither code nor data of the driver is let through: macro definitions (their
// uses are judged where they are expanded), notes, and symbol assignments.

#include "ModuleAsm.h"
#include "Access.h"
#include "Diag.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace sfi {

namespace {

/// One statement after the other, with the state that assembly has.
class AsmScanner {
public:
  /// Is the statement harmless where it stands?
  bool accept(StringRef Statement) {
    // Wherever the assembler may see its end, behind a comment or a label.
    if (InMacro) {
      InMacro = !Statement.contains(".endm");
      return true;
    }
    if (InNote)
      Statement = dropLabels(Statement);
    auto [Word, Rest] = getToken(Statement);
    if (InNote && isData(Word))
      return true;
    if (Word == ".popsection" || Word == ".previous") {
      InNote = false;
      return true;
    }
    if (Word.empty() || Word.starts_with("#"))
      return true;
    if (Word == ".macro")
      return InMacro = isMacroName(getToken(Rest, " \t,").first);
    if (Word == ".pushsection" || Word == ".section") {
      StringRef Name = Rest.trim();
      Name.consume_front("\"");
      // Not one of code.
      auto [Before, Flags] = Name.split(',');
      InNote =
          Before.starts_with(".note.") && !Flags.split(',').first.contains('x');
      return InNote;
    }
    return false;
  }

private:
  /// A statement may follow its labels without a space.
  static StringRef dropLabels(StringRef Statement) {
    for (;;) {
      Statement = Statement.ltrim();
      StringRef Name = Statement.take_while(
          [](char C) { return isAlnum(C) || C == '.' || C == '_'; });
      if (Name.empty() || !Statement.drop_front(Name.size()).starts_with(":"))
        return Statement;
      Statement = Statement.drop_front(Name.size() + 1);
    }
  }

  /// Data directives, which beside labels are all that a note is made of.
  static bool isData(StringRef Word) {
    for (StringRef Directive :
         {".long", ".balign", ".byte", ".asciz", ".ascii", ".quad", ".align",
          ".4byte", ".2byte", ".string"})
      if (Word == Directive)
        return true;
    return false;
  }

  bool InMacro = false;
  bool InNote = false;
};

} // namespace

void checkModuleAsm(Module &M) {
  SmallVector<StringRef> Lines, Kept;
  StringRef Text = M.getModuleInlineAsm();
  Text.split(Lines, '\n');
  AsmScanner Scanner;
  bool Exports = false;
  for (StringRef Line : Lines) {
    if (Line.contains("__kcfi_typeid_"))
      continue;
    Kept.push_back(Line);
    // A carriage return ends a line too, and what was a comment in it.
    SmallVector<StringRef> Statements;
    SplitString(Line, Statements, ";\r");
    for (StringRef Statement : Statements) {
      if (Scanner.accept(Statement))
        continue;
      // An export is many statements; one message is enough.
      if (Line.contains("__ksymtab") || Line.contains(".export_symbol"))
        Exports = true;
      else if (!Exports)
        error(M, "file-level assembly cannot be isolated: '" +
                     Statement.trim() + "'");
    }
  }
  if (Exports)
    error(M, "an isolated driver cannot export symbols (EXPORT_SYMBOL)");
  M.setModuleInlineAsm(join(Kept, "\n"));
}

} // namespace sfi
