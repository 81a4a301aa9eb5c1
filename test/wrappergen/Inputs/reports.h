/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the reports of ../cli.test and the modules of ../coverage.test and ../modules.test are about. */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_DATA(toy_count);

int SFI_CB_TYPE(toy_handler_t)(int line, void *cookie SFI_OPAQUE) SFI_ON_FAILURE(0);
long SFI_CB(toy_ops, ioctl)(struct toy *toy, unsigned int command) SFI_BY_HAND(its argument depends on the command);

int toy_handle(struct toy *toy SFI_OWNED);
int toy_request(int line, toy_handler_t handler, void *cookie SFI_UNCHECKED(the cookie belongs to the driver));
void toy_rename(struct toy *toy SFI_OPAQUE, const char *name);
void toy_wait(int milliseconds);
void toy_print(const char *format, ...) SFI_BY_HAND(variadic);
unsigned long toy_length(const char *s) SFI_DIRECT(reads only);
void SFI_INTERFACE(toy_stop)(struct toy *toy SFI_OWNED);
