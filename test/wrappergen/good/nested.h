/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Callbacks within unnamed and named members, unions, embedded structures and arrays are all found; those that
 * nothing annotates must be NULL, tables as well, but in a union only the annotated one is looked at.
 */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_bus, ordered, none);
int SFI_CB(toy_bus, match)(struct toy *toy) SFI_ON_FAILURE(0);
void SFI_CB(toy_bus, shutdown)(struct toy *toy);
void SFI_CB(toy_timer, function)(struct toy_timer *timer);
int toy_register_bus(struct toy_bus *bus SFI_EMBEDS(toy_bus));
