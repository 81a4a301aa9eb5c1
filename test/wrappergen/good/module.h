/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Only the driver's own module. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_driver, ordered, none);
int SFI_CB(toy_driver, probe)(struct toy *toy, const void *id) SFI_ON_FAILURE(-19);
int toy_register_driver(struct toy_driver *driver SFI_EMBEDS(toy_driver), struct module *owner SFI_MODULE);
