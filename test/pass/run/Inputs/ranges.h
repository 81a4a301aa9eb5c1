/* SPDX-License-Identifier: GPL-2.0-only */
/* The loops of ranges.c: what each writes, and how far it goes on. */
#ifndef RANGES_H
#define RANGES_H

#define COUNT 40
#define MARK 0x9e3779b97f4a7c15UL

#define LOOPS(fill, fill_pairs, fill_by_four, fill_twice)                      \
	fill(bytes, byte, 1)                                                   \
	fill(bytes_down, byte, -1)                                             \
	fill(bytes_apart, byte, 7)                                             \
	fill(halves, half, 2)                                                  \
	fill(halves_down, half, -2)                                            \
	fill(halves_overlap, half, 1)                                          \
	fill(words, word, 4)                                                   \
	fill(words_down, word, -5)                                             \
	fill(wholes, whole, 8)                                                 \
	fill(wholes_down, whole, -8)                                           \
	fill_pairs(spans_of_3, byte, 3, 2)                                     \
	fill_pairs(spans_of_5, byte, -2, 4)                                    \
	fill_pairs(spans_of_6, half, 1, 4)                                     \
	fill_pairs(spans_of_7, byte, 8, 6)                                     \
	fill_pairs(two_guards, byte, 1, 10)                                    \
	fill_pairs(two_guards_down, half, -2, 70)                              \
	fill_by_four(bytes_by_four, byte, 1)                                   \
	fill_by_four(bytes_by_four_down, byte, -1)                             \
	fill_by_four(halves_by_four, half, 2)                                  \
	fill_twice(bytes_twice, byte, 1)                                       \
	fill_twice(words_twice, word, -4)

#endif
