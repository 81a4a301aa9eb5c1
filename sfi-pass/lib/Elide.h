// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which accesses need no guard.

#ifndef SFI_LIB_ELIDE_H
#define SFI_LIB_ELIDE_H

#include "Access.h"
#include "Policy.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

#include <optional>

namespace llvm {
class BasicBlock;
class CallBase;
class DataLayout;
class Function;
class Module;
} // namespace llvm

namespace sfi {

/// Bytes [Begin, End) counted from a value.
struct ByteRange {
  int64_t Begin, End;
};

/// An address as a value and a constant distance from it. A store to a place
/// that is given in this way may be guarded by way of Base: address arithmetic
/// does not depend on who does it once its flags are dropped (Harden.cpp).
struct Place {
  llvm::Value *Base;
  int64_t Offset;
};
Place getPlace(llvm::Value *Ptr, const llvm::DataLayout &DL);

/// The local (alloca, or argument passed by value) or writable global of this
/// unit that A writes to for sure: every address it can have lies within the
/// object. Null if there is none. Rests on constants and masks alone, never on
/// what undefined behaviour would let one assume.
llvm::Value *getOwnObject(const Access &A, const llvm::DataLayout &DL);

/// Size in bytes of an object that getOwnObject() may return; nothing for one
/// whose size is not constant.
std::optional<uint64_t> getObjectSize(const llvm::Value *Object,
                                      const llvm::DataLayout &DL);

/// Which calls may take rights away from the domain, or run code that may. A
/// call of a wrapper does unless the policy says that it keeps rights; a call
/// of a function of this unit does if one that it makes may; any other does.
class Revocation {
public:
  Revocation(llvm::Module &M, const Policy &P);
  bool revokes(const llvm::Instruction &I) const;

private:
  bool revokesCall(const llvm::CallBase &CB) const;

  const Policy &P;
  llvm::DenseSet<const llvm::Function *> Keeping; ///< functions of this unit
};

/// What is known to be writable at a point: sorted, disjoint ranges by base.
class Facts {
public:
  void add(Place At, uint64_t Size);
  bool covers(Place At, uint64_t Size) const;
  void clear() { Ranges.clear(); }
  /// Keeps what holds in Other as well. True if anything changed.
  bool meet(const Facts &Other);
  /// The same of Callee's arguments, as CB, a call of it, passes them.
  Facts passedBy(const llvm::CallBase &CB, llvm::Function &Callee,
                 const llvm::DataLayout &DL) const;

private:
  llvm::DenseMap<llvm::Value *, llvm::SmallVector<ByteRange, 2>> Ranges;
};

/// What is writable by arguments of functions that this unit alone calls, and
/// never by a pointer: what is so at each of the calls. Callers are planned
/// before what they call; where that cannot be, nothing is known.
class CallerFacts {
public:
  /// At the call CB, S holds.
  void note(const llvm::CallBase &CB, const Facts &S,
            const llvm::DataLayout &DL);
  Facts atEntry(const llvm::Function &F) const;

private:
  struct Callee {
    Facts Common;
    unsigned Calls = 0;
  };
  llvm::DenseMap<const llvm::Function *, Callee> Callees;
};

/// The slots that a group's guard looks at.
struct Window {
  int64_t Begin;  ///< offset from the base, on what is thought a slot's begin
  unsigned Slots; ///< in its load: 1, 2, 4 or 8
  uint64_t Mask;  ///< the bits that have to be set there
  llvm::SmallVector<ByteRange, 4> Runs; ///< the bytes, merged where they touch
  /// All is the one store of 1, 2, 4 or 8 bytes that the first member is.
  bool IsWord;
  /// Of several members within 8 bytes, of which nobody knows where slots begin
  /// among them: they touch the slots of the first byte and of the last one.
  bool IsSpan;

  int64_t begin() const { return Runs.front().Begin; }
  uint64_t size() const { return Runs.back().End - Runs.front().Begin; }
};

/// Accesses of one block that one guard answers for: of fixed size, at constant
/// distances from one base, with nothing in between that may take rights away,
/// give rights, or not return.
struct Group {
  llvm::SmallVector<const Access *, 4> Members; ///< in execution order
  llvm::Value *Base;
  /// Where slots are thought to begin: offset from Base, 0 to 7. -1: no idea.
  int64_t Phase;
  bool Sure;       ///< the IR claims so of the base, it is not only usual
  int Lookup = -1; ///< index of the lookup that its guard uses; -1: its own
  int Walk = -1;   ///< index of the walk that its guard takes part in; -1: none

  /// Nothing if no one load can answer for it.
  std::optional<Window> getWindow(const llvm::DataLayout &DL) const;
};

/// What kept a guard: one word to count by, and a sentence.
struct Reason {
  llvm::StringRef Name;
  std::string Text;
};

/// A look into the directory that the guards of several groups use (Share.cpp).
struct Lookup {
  llvm::Instruction *At; ///< it stands before this
  llvm::Value *Base;
  /// What the guards look at: slots counted from Base, the first at Begin. They
  /// are all in one leaf, or each guard takes the slow path.
  int64_t Begin, End;
  unsigned Users = 0;
  int Walk = -1; ///< as Group::Walk

  static constexpr int64_t MaxSpan = 4096;
};

/// What is kept in a loop (Walk.cpp): a chunk, or a range that may be written.
struct Walk {
  llvm::Instruction *Before; ///< the loop: end of the block before it
  /// Likely to be in the chunk that will be asked for first, and known before
  /// the loop; null: nothing is.
  llvm::Value *Start;
  uint64_t Size = 0; ///< that each guard is for, of a range; 0: it is a chunk
};

struct Elision {
  llvm::SmallVector<Group> Groups; ///< to be guarded
  llvm::SmallVector<Lookup> Lookups;
  llvm::SmallVector<Walk> Walks;
  llvm::SmallVector<const Access *> Alone;     ///< Length or Bit: a guard each
  llvm::SmallVector<const Access *> Dominated; ///< an earlier guard covers it
  /// Why each of the first two is not among the third; if remarks are wanted.
  llvm::MapVector<const Access *, Reason> Why;
};

/// Rights to all of Object are given at At, an instruction.
struct Grant {
  llvm::Instruction *At;
  llvm::Value *Object;
};

/// Plans the guards of F for Accesses (those of one instruction in order; those
/// to own objects already taken out).
Elision planGuards(llvm::Function &F, llvm::ArrayRef<const Access *> Accesses,
                   llvm::ArrayRef<Grant> Granted, const Revocation &R,
                   CallerFacts &Callers);

} // namespace sfi

#endif
