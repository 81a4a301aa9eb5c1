/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking /dev/sfi_misbehave, from a program. */
#ifndef SFI_MISBEHAVE_ASK_H
#define SFI_MISBEHAVE_ASK_H

#include <stdbool.h>

/*
 * Has misbehaviour @name run in @context. Return: 0, or the errno that the caller got: of
 * the call in which it ran where there is one, else of the write() that waited for it.
 */
int ask(const char *name, const char *context, bool control);
/* Loads module @file in one try. Return: 0 or an errno. */
int load_module(const char *file, const char *parameters);

#endif
