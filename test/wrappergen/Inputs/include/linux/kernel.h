/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nothing of <linux/kernel.h> is needed that the runtime port lacks. */
#include <sfi/port.h>
