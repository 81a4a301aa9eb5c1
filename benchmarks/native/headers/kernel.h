/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <bench/kernel.h>: the interface of the native benchmarks, as a kernel's is annotated. */
#include <bench/kernel.h>
#include <sfi/annotate.h>

SFI_TYPE_ABSTRACT(bench_memory, ordered, bench_free);
SFI_TYPE(thing, ordered, thing_drop);
SFI_FIELDS(thing, of_driver);
SFI_TYPE(parcel, hot, parcel_send);
SFI_FIELDS(parcel, words);
SFI_TYPE(visitor, hot, none);
SFI_FIELDS(visitor, of_driver);

void *bench_alloc(size_t size) SFI_ACQUIRES(bench_memory) SFI_SIZE(size) SFI_RELEASED_BY(bench_free(ret)) SFI_KEEPS;
void bench_free(void *memory) SFI_RELEASES(bench_memory, memory);
struct thing *thing_make(void) SFI_ACQUIRES(thing) SFI_RELEASED_BY(thing_drop(ret)) SFI_KEEPS;
void thing_drop(struct thing *thing) SFI_RELEASES(thing, thing);
void bench_nothing(u64 number) SFI_KEEPS;
void thing_touch(struct thing *thing SFI_OWNED) SFI_KEEPS;
void thing_touch_two(struct thing *thing SFI_OWNED, struct thing *other SFI_OWNED) SFI_KEEPS;
void bench_fill(void *buffer SFI_WRITES(size), size_t size) SFI_KEEPS;
struct parcel *parcel_make(void) SFI_ACQUIRES(parcel) SFI_KEEPS;
void parcel_send(struct parcel *parcel SFI_GIVES);

int SFI_CB(program_ops, start)(void) SFI_ON_FAILURE(-1);
u64 SFI_CB(program_ops, run)(u64 turns) SFI_ON_FAILURE(0);
void SFI_CB(crossing_ops, nothing)(struct thing *thing);
void SFI_CB(crossing_ops, borrow)(struct thing *thing SFI_BORROWS);
void SFI_CB(crossing_ops, borrow_hot)(struct visitor *visitor SFI_BORROWS);
void SFI_CB(crossing_ops, lend)(void *buffer SFI_LENDS(64));
void SFI_CB(crossing_ops, take)(struct parcel *parcel SFI_TAKES);
void SFI_CB(import_ops, run)(struct thing *thing, u64 turns);
