/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lists are the runtime port's. */
#include <sfi/port.h>
