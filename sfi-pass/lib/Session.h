// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the plugin that run at different times of one compilation
// share: the policy, what the AST said about C types, the counters. A compiler
// process compiles one translation unit.

#ifndef SFI_LIB_SESSION_H
#define SFI_LIB_SESSION_H

#include "Counters.h"
#include "Policy.h"
#include "TypeTable.h"
#include <optional>

namespace sfi {

struct Session {
  std::optional<Policy> Pol; ///< set before any pass runs, or an error is out
  TypeTable Types;           ///< filled before code generation
  Counters Count;
  std::string PolicyPath;
};

/// The session of this process.
Session &session();

/// Loads the policy from PATH into the session, once. On failure returns the
/// message to be reported.
std::optional<std::string> openPolicy(llvm::StringRef Path);

} // namespace sfi

#endif
