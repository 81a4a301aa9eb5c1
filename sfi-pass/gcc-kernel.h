/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Included by sfi-cc behind the configuration of a kernel that GCC was to build:
 * what of it clang does not bear.
 *
 * Named address spaces: clang leaves the segment away in an operand of inline
 * assembly, so that preempt_disable() would count at the same offset from zero.
 * Without these symbols the headers write the segment into the text.
 */
#undef CONFIG_USE_X86_SEG_SUPPORT
#undef CONFIG_CC_HAS_NAMED_AS
