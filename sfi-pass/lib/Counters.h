// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the pass did to one translation unit. The fields, their order and their
// meaning are SFI_UNIT_COUNTERS of the ABI header; the early phase counts
// imports and gates, the late phase all others, Unit.cpp writes them out.

#ifndef SFI_LIB_COUNTERS_H
#define SFI_LIB_COUNTERS_H

#include "sfi/abi.h"

namespace sfi {

struct Counters {
#define X(name) uint32_t name = 0;
  SFI_UNIT_COUNTERS(X)
#undef X
};

} // namespace sfi

#endif
