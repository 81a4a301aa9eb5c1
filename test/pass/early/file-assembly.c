// SPDX-License-Identifier: GPL-2.0-only
// Assembly at file level: macros and notes pass, code and data do not, and an
// export has a message of its own.
// RUN: %clang -O0 -c -o %t.o %s
// RUN: ! %clang -O0 -DCODE -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=CODE %s < %t
// RUN: ! %clang -O0 -DAFTER_NOTE -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=NOTE %s < %t
// RUN: ! %clang -O0 -DIN_NOTE -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=INNOTE %s < %t
// RUN: ! %clang -O0 -DMACRO -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=MACRO %s < %t
// RUN: ! %clang -O0 -DEXPORT -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=EXPORT %s < %t

asm(".macro my_entry from to\n"
    "	.long \\from - ., \\to - .\n"
    ".endm");
asm(".pushsection .note.Linux, \"a\", @note\n"
    "	.balign 4 ; .long 2f - 1f ; .long 4484f - 3f ; .long 0x100\n"
    "1:.asciz \"Linux\" ; 2:.balign 4 ; 3:.long 1 ; 4484:.balign 4\n"
    ".popsection");
#ifdef CODE
// CODE: error: file-level assembly cannot be isolated: 'movl $1, %eax'
asm("movl $1, %eax");
#endif
#ifdef AFTER_NOTE
// NOTE: error: file-level assembly cannot be isolated: '.text'
// NOTE: error: file-level assembly cannot be isolated: 'wrmsr'
asm(".pushsection .note.x, \"a\"\n.text\nwrmsr\n.popsection");
#endif
#ifdef IN_NOTE
// INNOTE: error: file-level assembly cannot be isolated: '.pushsection .note.x, "ax"'
asm(".pushsection .note.x, \"ax\"\n.byte 0xf4\n.popsection");
// INNOTE: error: file-level assembly cannot be isolated: 'hlt'
asm(".macro a_macro\n.endmacro\nhlt\n.macro b_macro\n.endm");
// INNOTE: error: file-level assembly cannot be isolated: 'cld'
asm("# a comment\rcld");
// INNOTE: error: file-level assembly cannot be isolated: 'std'
asm(".macro c_macro\n/* */ .endm\nstd\n.macro d_macro\n.endm");
// INNOTE: error: file-level assembly cannot be isolated: 'sti'
asm(".pushsection .note.x, \"a\"\nlabel: .popsection\nsti");
// INNOTE: error: file-level assembly cannot be isolated: '1:cli'
asm(".pushsection .note.x, \"a\"\n1:cli\n.popsection");
#endif
#ifdef MACRO
// MACRO: error: file-level assembly cannot be isolated: '.macro nop'
asm(".macro nop\n	.byte 0xfa\n.endm");
// MACRO: error: file-level assembly cannot be isolated: '.macro LOCK'
asm(".macro LOCK\n	.byte 0xfa\n.endm");
// MACRO: error: file-level assembly cannot be isolated: '.macro stosb, n'
asm(".macro stosb, n\n	.byte 0xfa\n.endm");
// MACRO: error: file-level assembly cannot be isolated: '.macro .balign n'
asm(".macro .balign n\n	.byte 0xfa\n.endm");
#endif
#ifdef EXPORT
// EXPORT: error: an isolated driver cannot export symbols (EXPORT_SYMBOL)
// EXPORT-NOT: error:
// EXPORT: 1 error generated
int exported;
asm("	.section \"___ksymtab+exported\", \"a\"\n"
    "__ksymtab_exported:\n	.long exported - .\n	.previous\n");
#endif
int ordinary;
