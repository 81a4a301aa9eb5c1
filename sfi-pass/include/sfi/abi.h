/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The contract between instrumented code and the runtime: every structure
 * that the pass lays out in a module, every symbol that instrumented code
 * refers to, and the encoding of the rights table. Read by the pass (C++), the
 * kernel modules and the user-space runtime (C). Nothing here may change
 * without SFI_ABI_VERSION changing too: the version is part of a symbol name,
 * so that a mismatch is a link error.
 */
#ifndef SFI_ABI_H
#define SFI_ABI_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define SFI_ABI_VERSION 4

/* The form of policy.json, its field "abi". */
#define SFI_POLICY_VERSION 1

/*
 * Rights table
 * ------------
 * One byte says what a domain may do with one 8-byte slot: bit 0, it may write
 * the slot; bits 1 to 7, the type of the kernel object that begins here (0:
 * none). A leaf is a 4 KiB page of such bytes and covers a chunk of 32 KiB.
 *
 * Instrumented code finds the leaf of an address in the domain's directory, an
 * array in the module itself, at index (address >> 15) mod 8192. An entry is the
 * address of a struct sfi_chunk, read and written atomically, never null. The
 * directory is a cache: a chunk that is not the address's is a miss, not a
 * violation, and the slow path decides. An unused entry names chunk 0, whose
 * leaf is all zero, so that no 64-bit value can reach memory that is no leaf.
 *
 * A chunk and its leaf are made once, and stay where and what they are until no
 * code of the module can run any more: instrumented code may keep the address of
 * either for as long as a function runs. What a leaf's byte says may change any
 * time.
 *
 * Fast path for a store of SIZE bytes (a power of two up to 8) to A:
 *
 *     C = dir[(A >> 15) & 8191]
 *     X = A - C->base                  below 32768 if it is A's chunk
 *     X = X rotated right by log2 SIZE misaligned: greater than any in a chunk
 *     if (X >= 32768 / SIZE) slow
 *     if (!(C->slots[X * SIZE / 8] & 1)) slow
 */
#define SFI_SLOT_SHIFT 3
#define SFI_SLOT_SIZE (1 << SFI_SLOT_SHIFT)
#define SFI_LEAF_SHIFT 12 /* log2 of the slots (and bytes) of a leaf */
#define SFI_LEAF_SLOTS (1 << SFI_LEAF_SHIFT)
#define SFI_CHUNK_SHIFT (SFI_SLOT_SHIFT + SFI_LEAF_SHIFT)
#define SFI_DIR_BITS 13
#define SFI_DIR_ENTRIES (1 << SFI_DIR_BITS)
/* Addresses that differ by a multiple of this have one index. */
#define SFI_DIR_SPAN (1ULL << (SFI_CHUNK_SHIFT + SFI_DIR_BITS))

#define SFI_RIGHT_WRITE 1
#define SFI_RIGHT_TYPE_SHIFT 1
#define SFI_TYPE_MAX 127

/* 32 KiB of address space, and the rights there. Never changes. */
struct sfi_chunk {
	uint64_t base;  /* its first address */
	uint8_t *slots; /* its leaf */
};

/*
 * The anchor of a module's domain; one a module, symbol __sfi_self (hidden),
 * defined by the pass in the unit that Kbuild makes for the module as a whole
 * (NAME.mod.c, recognised by its definition of __this_module), referred to by
 * all others. Zero until the runtime fills it in before the module's first
 * instruction runs.
 */
struct sfi_self {
	/* Directory; written under the domain's lock */
	const struct sfi_chunk *dir[SFI_DIR_ENTRIES];
	void *domain; /* struct sfi_domain, the runtime's */
	void *module; /* &__this_module */
};

/*
 * A function of the module, or one of the kernel's whose address it takes. TYPE
 * is the hash of its C type in canonical spelling, the first 32 bits of the
 * xxHash64 that LLVM computes. CALL is what an indirect call of it runs, code of
 * the module in any case: the function itself; of a gate, the driver's function
 * behind it; of a kernel function, a function of the same type that passes the
 * arguments on to the import wrapper.
 */
struct sfi_func {
	const void *addr;
	const void *call; /* null: never the target of an indirect call */
	uint32_t type;    /* hash of the type; 0 if it has none, and is no target */
	uint32_t flags;
	const char *name;
};
#define SFI_FUNC_GATE 1   /* an entry gate: callable by the kernel */
#define SFI_FUNC_KERNEL 2 /* a kernel function (sfi_p_*) the driver may put into a callback slot */

/*
 * A place that calls indirectly. KNOWN is what it may call: the first function, other than a gate,
 * that it has called and that the runtime has found right; until then one that is at no code's
 * address, and would run that. Instrumented code compares the target with KNOWN->addr and asks the
 * runtime only if it is another. Never null, read and written atomically.
 */
struct sfi_site {
	const struct sfi_func *known;
	uint32_t type; /* hash of the type that is called */
};

/*
 * An entry: a driver function that the kernel may call, and how. The pass makes
 * one for each pair of driver function and callback kind, together with a gate
 * function that passes its address as the first argument to the entry wrapper:
 *
 *     T fn.sfi_gate.KIND(args...) { return sfi_e_KIND(&entry, args...); }
 *
 * Every use of the function's address as such a callback is replaced by the
 * gate's.
 */
struct sfi_entry {
	const void *fn;   /* the driver's function */
	const void *gate; /* what the kernel sees */
	struct sfi_self *self;
	const char *name; /* "e1000_xmit_frame" */
	const char *kind; /* "net_device_ops__ndo_start_xmit" */
};

/*
 * A writable global of the module: granted at load, saved and restored. One whose address nobody
 * can know is written without a guard, and not granted: nothing else can be made of it.
 */
struct sfi_global {
	void *addr;
	uint64_t size;
	const char *name; /* null: not granted */
};

/*
 * Source location of an instruction that may be blamed: entries are in no
 * order; the one with the greatest IP that is not above the address wins.
 */
struct sfi_line {
	const void *ip;
	const char *file;
	uint32_t line;
	uint32_t column;
};

/* What the pass did to one unit; shown in sysfs and by sfictl. */
#define SFI_UNIT_COUNTERS(X) \
	X(stores)          /* memory-writing operations seen */ \
	X(guards)          /* guards placed */ \
	X(elided_local)    /* in bounds of an own local */ \
	X(elided_global)   /* in bounds of an own global */ \
	X(elided_dominated) /* covered by a dominating guard */ \
	X(elided_folded)   /* folded into a neighbour's range guard */ \
	X(indirect_calls)  /* indirect calls checked */ \
	X(imports)         /* call sites bound to import wrappers */ \
	X(gates)           /* entry gates */ \
	X(locals)          /* stack locals granted for their frame */ \
	X(stack_checks)    /* functions with a stack-depth check */

/*
 * One a translation unit: symbol __sfi_unit (internal). The runtime finds them
 * all in the module's symbol table while the module is being initialised, and
 * refuses a module with a function that no unit lists.
 */
#define SFI_UNIT_MAGIC 0x31494653u /* "SFI1" */
struct sfi_unit {
	uint32_t magic;
	uint32_t abi;
	uint64_t policy; /* hash of the policy it was built with */
	struct sfi_self *self;
	const char *name; /* source file as given to the compiler */
	const struct sfi_func *funcs;
	const struct sfi_entry *entries;
	const struct sfi_global *globals;
	const struct sfi_line *lines, *lines_end; /* this unit's part of .sfi_lines */
	uint64_t nr_funcs, nr_entries, nr_globals;
#define X(name) uint32_t name;
	SFI_UNIT_COUNTERS(X)
#undef X
};

/*
 * Symbols of the runtime that the pass may refer to.
 *
 * R(name, return type, (parameter types), flags): V void, P pointer, L 64-bit
 * integer, W 32-bit integer. Flags: SFI_CC_COLD is LLVM's preserve_most
 * convention (the callee keeps all registers but r11, and rax where it returns
 * something).
 */
#define SFI_CC_C 0
#define SFI_CC_COLD 1
#define SFI_RUNTIME_SYMBOLS(R) \
	/* self, address, size: return if the range is writable, else a violation */ \
	R(sfi_guard, V, (P, L, L), SFI_CC_COLD) \
	/* self, destination, source, size: guarded, and done */ \
	R(sfi_memcpy, V, (P, P, P, L), SFI_CC_C) \
	R(sfi_memmove, V, (P, P, P, L), SFI_CC_C) \
	/* self, destination, byte, size */ \
	R(sfi_memset, V, (P, P, W, L), SFI_CC_C) \
	/* self, target, site: what to call instead of the target, or a violation */ \
	R(sfi_icall, P, (P, P, P), SFI_CC_COLD) \
	/* self: return if stack is left for a deep call chain, else a violation */ \
	R(sfi_stack, V, (P), SFI_CC_COLD) \
	/* self, address, size (a multiple of 8): rights of a stack local */ \
	R(sfi_local_grant, V, (P, L, L), SFI_CC_COLD) \
	R(sfi_local_revoke, V, (P, L, L), SFI_CC_COLD)

/* Referred to by every unit; its name carries SFI_ABI_VERSION. */
#define SFI_VERSION_SYMBOL "sfi_abi_v4"

/*
 * Names that the pass makes: sfi_w_F is the import wrapper of kernel function F
 * (first argument: struct sfi_self *), sfi_e_K the entry wrapper of callback
 * kind K (first argument: const struct sfi_entry *), sfi_p_F a kernel function
 * whose address a driver may put into a callback slot (arguments as F's; called
 * by the kernel only). F.sfi_call is what the driver runs when it calls sfi_p_F
 * indirectly.
 */
#define SFI_IMPORT_PREFIX "sfi_w_"
#define SFI_ENTRY_PREFIX "sfi_e_"
#define SFI_PASS_PREFIX "sfi_p_"
#define SFI_CALL_SUFFIX ".sfi_call"

/*
 * Links within a module: __sfi_type_H_F, H being eight hexadecimal digits, is
 * defined by the unit that defines function F of type hash H, and referred to by
 * those that take F to be of that type. It has no address.
 */
#define SFI_TYPE_PREFIX "__sfi_type_"

#endif
