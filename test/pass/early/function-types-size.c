// SPDX-License-Identifier: GPL-2.0-only
// Types go by name; but a structure that is passed by value is as large in the
// unit that calls as in the one that is called, or they are of different types.
// RUN: %clang -O2 -DWORDS=3 -c -o %t.3.o %s
// RUN: %clang -O2 -DWORDS=16 -c -o %t.16.o %s
// RUN: llvm-nm-19 %t.3.o | grep -o '__sfi_type_.*_take' > %t.3
// RUN: llvm-nm-19 %t.16.o | grep -o '__sfi_type_.*_take' > %t.16
// RUN: ! cmp %t.3 %t.16
// RUN: %clang -O2 -DWORDS=3 -DCALLER -c -o %t.caller.o %s
// RUN: llvm-nm-19 %t.caller.o | grep -o '__sfi_type_.*_take' > %t.caller
// RUN: cmp %t.3 %t.caller

struct words {
	long word[WORDS];
};
void take(struct words words);

#ifdef CALLER
void give(struct words *words)
{
	take(*words);
}
#else
long last;
void take(struct words words)
{
	last = words.word[WORDS - 1];
}
#endif
