// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Body follows in the next commit.
