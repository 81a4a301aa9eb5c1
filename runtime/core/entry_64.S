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

/* The same for a function with a result. */
	.macro COLD_RESULT name
FUNC(\name)
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
END(\name)
	.endm

	COLD sfi_guard
	COLD_RESULT sfi_icall
	COLD sfi_stack
	COLD sfi_local_grant
	COLD sfi_local_revoke

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

/* void sfi_copy_up(void *dst, const void *src, size_t n) */
FUNC(sfi_copy_up)
	mov	%rdx, %rcx
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
	mov	%rdx, %rcx
	shr	$3, %rcx
	rep stosq
	mov	%edx, %ecx
	and	$7, %ecx
	rep stosb
	RETURN
END(sfi_fill)

	.globl	sfi_onbehalf_end
sfi_onbehalf_end:
