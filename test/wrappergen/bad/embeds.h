/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A structure with callbacks, passed by a pointer that nothing is said of: the line to add is printed. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_driver, probe)(struct toy *toy, const void *id) SFI_ON_FAILURE(-19);
int toy_register_driver(struct toy_driver *driver, struct module *owner SFI_MODULE);
// CHECK-DAG: {{.*}}/embeds.h:[[#@LINE-1]]:44: error: nothing says what may be passed as 'driver' of 'toy_register_driver'
// CHECK-DAG: {{.*}}/embeds.h:[[#@LINE-2]]:44: note: add: int toy_register_driver(struct toy_driver *driver SFI_EMBEDS(toy_driver), struct module *owner SFI_MODULE);
