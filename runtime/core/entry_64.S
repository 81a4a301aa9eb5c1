/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cannot be written in C: slow paths with LLVM's preserve_most convention,
 * saving and resuming a gate, the landing of faults, and the copy loops that
 * run on a driver's behalf. The same file serves the kernel (objtool-clean) and
 * the user-space library.
 */
#ifdef __KERNEL__
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/unwind_hints.h>
#undef END
#define FUNC(name) SYM_FUNC_START(name)
#define END(name) SYM_FUNC_END(name)
#define RETURN RET
#define PUSH(reg) push reg
#define POP(reg) pop reg
#define RED_ZONE 0
#define NOT_CALLED ANNOTATE_NOENDBR
#define LANDED
#define CALLED_BY_TOP UNWIND_HINT_FUNC
#define NON_STANDARD(name) STACK_FRAME_NON_STANDARD name
#else
#define FUNC(name) .globl name; .type name, @function; .balign 16; name:; .cfi_startproc
#define END(name) .cfi_endproc; .size name, . - name
#define RETURN ret
#define PUSH(reg) push reg; .cfi_adjust_cfa_offset 8
#define POP(reg) pop reg; .cfi_adjust_cfa_offset -8
#define RED_ZONE 128
#define NOT_CALLED
#define CALLED_BY_TOP
#define LANDED .cfi_def_cfa %rbp, 16 + RED_ZONE; \
	.cfi_offset %rip, -8 - RED_ZONE; .cfi_offset %rbp, -16 - RED_ZONE
#define NON_STANDARD(name)
	.section .note.GNU-stack, "", @progbits
#endif

	.text

/*
 * preserve_most: the callee keeps every general register but r11, the result
 * register of void functions included. The C half gets the return address
 * as its fourth argument. The driver is compiled without SSE in the kernel; in
 * user space the convention lets the caller keep nothing in xmm registers.
 */
	.macro COLD name
FUNC(\name)
	PUSH(%rax)
	PUSH(%rcx)
	PUSH(%rdx)
	PUSH(%rsi)
	PUSH(%rdi)
	PUSH(%r8)
	PUSH(%r9)
	PUSH(%r10)
	PUSH(%r11)			/* aligns the stack */
	mov	72(%rsp), %rcx
	call	\name\()_c
	POP(%r11)
	POP(%r10)
	POP(%r9)
	POP(%r8)
	POP(%rdi)
	POP(%rsi)
	POP(%rdx)
	POP(%rcx)
	POP(%rax)
	RETURN
END(\name)
	.endm

/* The same for a function with a result, as the rest of one. */
	.macro COLD_RESULT name
	PUSH(%rcx)
	PUSH(%rdx)
	PUSH(%rsi)
	PUSH(%rdi)
	PUSH(%r8)
	PUSH(%r9)
	PUSH(%r10)
	mov	56(%rsp), %rcx
	call	\name\()_c
	POP(%r10)
	POP(%r9)
	POP(%r8)
	POP(%rdi)
	POP(%rsi)
	POP(%rdx)
	POP(%rcx)
	RETURN
	.endm

	COLD sfi_guard
	COLD sfi_stack
	COLD sfi_local_grant
	COLD sfi_local_revoke

/*
 * const void *sfi_icall(struct sfi_self *self, const void *target, struct
 * sfi_site *site): what icall.c would say, found without it up to the end of the
 * table, behind which is a slot that is null. It asserts where the fields are.
 */
#define SITE_KNOWN 0
#define SITE_TYPE 8
#define SELF_DOMAIN 65536
#define DOMAIN_FUNCS 96
#define DOMAIN_FUNC_MASK 112
#define FUNC_ADDR 0
#define FUNC_CALL 8
#define FUNC_TYPE 16
#define FUNC_FLAGS 20
#define FLAG_GATE 1
FUNC(sfi_icall)
	mov	SITE_KNOWN(%rdx), %rax
	cmpl	$0, FUNC_TYPE(%rax)	/* the place is to learn its first */
	je	1f
	mov	SELF_DOMAIN(%rdi), %r11
	movabs	$0x9e3779b97f4a7c15, %rax
	imul	%rsi, %rax
	shr	$32, %rax
	and	DOMAIN_FUNC_MASK(%r11), %eax
	mov	DOMAIN_FUNCS(%r11), %r11
	lea	(%r11, %rax, 8), %r11
2:	mov	(%r11), %rax
	add	$8, %r11
	test	%rax, %rax
	jz	1f
	cmp	FUNC_ADDR(%rax), %rsi
	jne	2b
	mov	SITE_TYPE(%rdx), %r11d
	cmp	FUNC_TYPE(%rax), %r11d
	jne	1f
	testb	$FLAG_GATE, FUNC_FLAGS(%rax)
	jnz	1f
	mov	FUNC_CALL(%rax), %rax
	test	%rax, %rax
	jz	1f
	RETURN
1:	COLD_RESULT sfi_icall
END(sfi_icall)

/*
 * int sfi_gate_save(struct sfi_gate *g): returns 0, or 1 from sfi_gate_resume().
 * struct sfi_gate.regs is at 24.
 */
#define GATE_REGS 24
FUNC(sfi_gate_save)
	mov	%rbx, GATE_REGS + 0(%rdi)
	mov	%rbp, GATE_REGS + 8(%rdi)
	mov	%r12, GATE_REGS + 16(%rdi)
	mov	%r13, GATE_REGS + 24(%rdi)
	mov	%r14, GATE_REGS + 32(%rdi)
	mov	%r15, GATE_REGS + 40(%rdi)
	mov	%rsp, GATE_REGS + 48(%rdi)
	mov	(%rsp), %rax
	mov	%rax, GATE_REGS + 56(%rdi)
	xor	%eax, %eax
	RETURN
END(sfi_gate_save)

/*
 * void sfi_gate_resume(struct sfi_gate *g): returns from sfi_gate_save() once
 * more. The slot of its return address may have been used again since: put back.
 */
FUNC(sfi_gate_resume)
	mov	GATE_REGS + 0(%rdi), %rbx
	mov	GATE_REGS + 8(%rdi), %rbp
	mov	GATE_REGS + 16(%rdi), %r12
	mov	GATE_REGS + 24(%rdi), %r13
	mov	GATE_REGS + 32(%rdi), %r14
	mov	GATE_REGS + 40(%rdi), %r15
	mov	GATE_REGS + 56(%rdi), %rax
	mov	GATE_REGS + 48(%rdi), %rsp
	mov	%rax, (%rsp)
	mov	$1, %eax
	RETURN
END(sfi_gate_resume)
NON_STANDARD(sfi_gate_resume)

/*
 * The landing: rdi, rsi, rdx, rcx, r8 are sfi_landing_c()'s arguments. Pushing
 * the address to blame makes this look like a function that it called, so that
 * the trace in the report goes on through the driver's frames.
 */
FUNC(sfi_landing)
#if RED_ZONE
	lea	-RED_ZONE(%rsp), %rsp
#endif
	push	%rsi
	CALLED_BY_TOP
	push	%rbp
	mov	%rsp, %rbp
	LANDED
	and	$-16, %rsp
	call	sfi_landing_c
	ud2
END(sfi_landing)

/*
 * Copy loops on a driver's behalf. A fault between begin and end counts as the
 * driver's; nothing here may need undoing.
 */
	.section .text.sfi_onbehalf, "ax"
	.globl	sfi_onbehalf_begin
sfi_onbehalf_begin:
	NOT_CALLED

/* More bytes are for the string instructions, which take some time to begin. */
#define FEW 512

/*
 * void sfi_copy_up(void *dst, const void *src, size_t n): from the beginning. The last eight bytes are
 * read first and written last, and so need not begin where a word ends.
 */
FUNC(sfi_copy_up)
	cmp	$FEW, %rdx
	ja	6f
	sub	$8, %edx
	jb	4f
	mov	(%rsi), %rax		/* if that faults, it is the first that did */
	mov	(%rsi, %rdx), %r10
	lea	(%rdi, %rdx), %r11
	sub	$24, %edx
	jb	2f
1:	mov	(%rsi), %rax
	mov	8(%rsi), %rcx
	mov	16(%rsi), %r8
	mov	24(%rsi), %r9
	mov	%rax, (%rdi)
	mov	%rcx, 8(%rdi)
	mov	%r8, 16(%rdi)
	mov	%r9, 24(%rdi)
	add	$32, %rsi
	add	$32, %rdi
	sub	$32, %edx
	jae	1b
2:	add	$24, %edx		/* what is left, less eight */
	jle	3f
	mov	(%rsi), %rax
	mov	%rax, (%rdi)
	sub	$8, %edx
	jle	3f
	mov	8(%rsi), %rax
	mov	%rax, 8(%rdi)
	sub	$8, %edx
	jle	3f
	mov	16(%rsi), %rax
	mov	%rax, 16(%rdi)
3:	mov	%r10, (%r11)
	RETURN
4:	add	$8, %edx
	jz	5f
1:	movb	(%rsi), %al
	movb	%al, (%rdi)
	inc	%rsi
	inc	%rdi
	dec	%edx
	jnz	1b
5:	RETURN
6:	mov	%rdx, %rcx
	shr	$3, %rcx
	rep movsq
	mov	%edx, %ecx
	and	$7, %ecx
	rep movsb
	RETURN
END(sfi_copy_up)

/* void sfi_copy_down(void *dst, const void *src, size_t n): from the end, eight bytes at a time */
FUNC(sfi_copy_down)
	cmp	$8, %rdx
	jb	2f
1:	mov	-8(%rsi,%rdx), %rax
	mov	%rax, -8(%rdi,%rdx)
	sub	$8, %rdx
	cmp	$8, %rdx
	jae	1b
2:	test	%rdx, %rdx
	jz	4f
3:	movb	-1(%rsi,%rdx), %al
	movb	%al, -1(%rdi,%rdx)
	dec	%rdx
	jnz	3b
4:	RETURN
END(sfi_copy_down)

/* void sfi_fill(void *dst, u32 byte, size_t n) */
FUNC(sfi_fill)
	movzbl	%sil, %eax
	movabs	$0x0101010101010101, %rcx
	imul	%rcx, %rax
	cmp	$FEW, %rdx
	ja	6f
	sub	$8, %edx
	jb	4f
	lea	(%rdi, %rdx), %r11
	sub	$24, %edx
	jb	2f
1:	mov	%rax, (%rdi)
	mov	%rax, 8(%rdi)
	mov	%rax, 16(%rdi)
	mov	%rax, 24(%rdi)
	add	$32, %rdi
	sub	$32, %edx
	jae	1b
2:	add	$24, %edx
	jle	3f
	mov	%rax, (%rdi)
	sub	$8, %edx
	jle	3f
	mov	%rax, 8(%rdi)
	sub	$8, %edx
	jle	3f
	mov	%rax, 16(%rdi)
3:	mov	%rax, (%r11)
	RETURN
4:	add	$8, %edx
	jz	5f
1:	movb	%al, (%rdi)
	inc	%rdi
	dec	%edx
	jnz	1b
5:	RETURN
6:	mov	%rdx, %rcx
	shr	$3, %rcx
	rep stosq
	mov	%edx, %ecx
	and	$7, %ecx
	rep stosb
	RETURN
END(sfi_fill)

	.globl	sfi_onbehalf_end
sfi_onbehalf_end:
