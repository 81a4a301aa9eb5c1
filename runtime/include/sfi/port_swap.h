/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing a word of this CPU's, for the ports whose kernel has nothing for it
 * (a user's process, and the kernel that is one).
 */
#ifndef SFI_PORT_SWAP_H
#define SFI_PORT_SWAP_H

/*
 * The eight bytes at AT become VALUE; what they were. By one instruction that no interrupt splits.
 * It is not locked, unlike xchg: nobody else writes there.
 */
#define SFI_PORT_SWAP(at, value) ({					\
	__typeof__(at) at_ = (at);					\
	__typeof__(*at_) new_ = (value), was_ = *at_;			\
									\
	__asm__ volatile("1: cmpxchgq %2, %1; jnz 1b"			\
			 : "+a"(was_), "+m"(*at_) : "r"(new_) : "cc", "memory"); \
	was_;								\
})

#endif
