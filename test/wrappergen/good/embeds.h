/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the driver filled in is checked once it cannot write there; a failure gives the memory back. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_driver, ordered, toy_unregister_driver);
int SFI_CB(toy_driver, probe)(struct toy *toy, const void *id) SFI_ON_FAILURE(-19);
int toy_register_driver(struct toy_driver *driver SFI_EMBEDS(toy_driver), struct module *owner SFI_MODULE);
void toy_unregister_driver(struct toy_driver *driver SFI_OWNED) SFI_RELEASES(toy_driver, driver);
