// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What sfi-wrapgen knows about the kernel interface, as the pass needs it:
// policy.json, read and checked once.

#ifndef SFI_LIB_POLICY_H
#define SFI_LIB_POLICY_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace llvm::json {
class Object;
}

namespace sfi {

/// A kernel function that the policy describes.
struct PolicyFunction {
  enum class Kind {
    Import,    ///< an external function, called through its wrapper
    Interface, ///< a header's static inline, called through a wrapper as well
    Direct,    ///< called as it is
  };
  Kind FnKind = Kind::Import;
  std::string Wrapper;      ///< symbol of the import wrapper; empty if direct
  bool Revokes = true;      ///< may take rights away or call the driver
  bool Addressable = false; ///< sfi_p_NAME exists
  bool Callable = true;     ///< the wrapper exists, not sfi_p_NAME alone
  bool NoReturn = false;
  /// Parameter index (from 0, without self) to callback key.
  std::map<unsigned, std::string> Callbacks;
};

/// A kind of callback: an entry wrapper and its name.
struct PolicyCallback {
  std::string Kind;  ///< as in sfi_entry.kind
  std::string Entry; ///< symbol of the entry wrapper
};

class Policy {
public:
  /// Reads the file at PATH. The error names the file and what is wrong.
  static llvm::Expected<Policy> load(llvm::StringRef Path);
  /// Reads JSON text; NAME stands for it in errors.
  static llvm::Expected<Policy> parse(llvm::StringRef Text,
                                      llvm::StringRef Name);

  /// Hash of the policy, compared with the runtime's when a module is loaded.
  uint64_t hash() const { return Hash; }

  /// The function of that name, or null. NAME is the symbol; a leading \1
  /// (clang's mark of an assembly label) is ignored.
  const PolicyFunction *function(llvm::StringRef Name) const;

  /// The callback with that key ("structure.field" or the name of a typedef),
  /// or of that kind; null if there is none.
  const PolicyCallback *callback(llvm::StringRef Key) const;

  /// May a call of the symbol WRAPPER take rights away, or call back into the
  /// driver? True for every symbol that the policy does not say "no" for.
  bool revokes(llvm::StringRef Wrapper) const;

  /// May NAME, an undefined function, be called without a wrapper?
  bool isDirect(llvm::StringRef Name) const;

  /// May NAME, kernel data, be referred to?
  bool isData(llvm::StringRef Name) const;

private:
  llvm::Error read(const llvm::json::Object &Root);

  uint64_t Hash = 0;
  llvm::StringMap<PolicyFunction> Functions;
  llvm::StringMap<PolicyCallback> Callbacks;
  llvm::StringMap<std::string> KindToKey;
  llvm::StringSet<> Direct;
  llvm::StringSet<> Data;
  llvm::StringSet<> Keeping; ///< symbols known not to revoke
};

} // namespace sfi

#endif
