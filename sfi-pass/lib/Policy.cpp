// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading policy.json. Every member is checked for its type: a policy that is
// read wrongly would leave a hole, so what is not understood is an error.

#include "Policy.h"

#include "sfi/abi.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace sfi {

namespace {

/// Symbol as the policy spells it: without clang's mark of a literal name.
StringRef plainName(StringRef Name) {
  Name.consume_front("\1");
  return Name;
}

Error invalid(const Twine &What) {
  return createStringError(inconvertibleErrorCode(), What);
}

Error readFlag(const json::Object &O, StringRef Key, const Twine &Where,
               bool &Value) {
  const json::Value *V = O.get(Key);
  if (!V)
    return Error::success();
  if (std::optional<bool> B = V->getAsBoolean()) {
    Value = *B;
    return Error::success();
  }
  return invalid(Where + ": '" + Key + "' is not a boolean");
}

Error readString(const json::Object &O, StringRef Key, const Twine &Where,
                 std::string &Value) {
  std::optional<StringRef> S = O.getString(Key);
  if (!S || S->empty())
    return invalid(Where + ": '" + Key + "' is missing or not a string");
  Value = S->str();
  return Error::success();
}

Error readCallbackParams(const json::Object &O, const Twine &Where,
                         PolicyFunction &F) {
  const json::Value *V = O.get("callbacks");
  if (!V)
    return Error::success();
  const json::Object *Params = V->getAsObject();
  if (!Params)
    return invalid(Where + ": 'callbacks' is not an object");
  for (const auto &[Index, Kind] : *Params) {
    unsigned I;
    std::optional<StringRef> K = Kind.getAsString();
    if (StringRef(Index).getAsInteger(10, I) || !K)
      return invalid(Where + ": 'callbacks' does not map an index to a kind");
    F.Callbacks[I] = K->str();
  }
  return Error::success();
}

Error readFunction(StringRef Name, const json::Value &V, PolicyFunction &F) {
  std::string Where = ("function '" + Name + "'").str();
  const json::Object *O = V.getAsObject();
  if (!O)
    return invalid(Where + " is not an object");
  std::string Kind;
  if (Error E = readString(*O, "kind", Where, Kind))
    return E;
  if (Kind == "direct")
    F.FnKind = PolicyFunction::Kind::Direct;
  else if (Kind == "interface")
    F.FnKind = PolicyFunction::Kind::Interface;
  else if (Kind == "import" || Kind == "by_hand")
    F.FnKind = PolicyFunction::Kind::Import;
  else
    return invalid(Where + ": unknown kind '" + Kind + "'");
  if (F.FnKind != PolicyFunction::Kind::Direct)
    if (Error E = readString(*O, "wrapper", Where, F.Wrapper))
      return E;
  if (Error E = readFlag(*O, "revokes", Where, F.Revokes))
    return E;
  if (Error E = readFlag(*O, "addressable", Where, F.Addressable))
    return E;
  if (Error E = readFlag(*O, "callable", Where, F.Callable))
    return E;
  if (Error E = readFlag(*O, "noreturn", Where, F.NoReturn))
    return E;
  return readCallbackParams(*O, Where, F);
}

Error readCallback(StringRef Key, const json::Value &V, PolicyCallback &C) {
  std::string Where = ("callback '" + Key + "'").str();
  const json::Object *O = V.getAsObject();
  if (!O)
    return invalid(Where + " is not an object");
  if (Error E = readString(*O, "kind", Where, C.Kind))
    return E;
  return readString(*O, "entry", Where, C.Entry);
}

Error readNames(const json::Object &Root, StringRef Key, StringSet<> &Names) {
  const json::Value *V = Root.get(Key);
  if (!V)
    return Error::success();
  const json::Array *A = V->getAsArray();
  if (!A)
    return invalid("'" + Key + "' is not an array");
  for (const json::Value &E : *A) {
    std::optional<StringRef> S = E.getAsString();
    if (!S)
      return invalid("'" + Key + "' holds something that is not a string");
    Names.insert(*S);
  }
  return Error::success();
}

Error readHeader(const json::Object &Root, uint64_t &Hash) {
  std::optional<int64_t> Abi = Root.getInteger("abi");
  if (!Abi || *Abi != SFI_POLICY_VERSION)
    return invalid("'abi' is not " + Twine(SFI_POLICY_VERSION) +
                   ": made by another version of sfi-wrapgen");
  std::optional<StringRef> Text = Root.getString("hash");
  if (!Text || !Text->consume_front("0x") || Text->getAsInteger(16, Hash))
    return invalid("'hash' is missing or not a hexadecimal string");
  return Error::success();
}

} // namespace

Expected<Policy> Policy::parse(StringRef Text, StringRef Name) {
  Expected<json::Value> V = json::parse(Text);
  if (!V)
    return invalid("policy '" + Name + "': " + toString(V.takeError()));
  const json::Object *Root = V->getAsObject();
  if (!Root)
    return invalid("policy '" + Name + "': not a JSON object");

  Policy P;
  if (Error E = P.read(*Root))
    return invalid("policy '" + Name + "': " + toString(std::move(E)));
  return P;
}

Error Policy::read(const json::Object &Root) {
  if (Error E = readHeader(Root, Hash))
    return E;
  const json::Object *AllFunctions = Root.getObject("functions");
  const json::Object *AllCallbacks = Root.getObject("callbacks");
  if (!AllFunctions || !AllCallbacks)
    return invalid("'functions' or 'callbacks' is missing");
  for (const auto &[Key, Value] : *AllFunctions) {
    PolicyFunction &F = Functions[StringRef(Key)];
    if (Error E = readFunction(Key, Value, F))
      return E;
    if (F.FnKind == PolicyFunction::Kind::Direct)
      Keeping.insert(StringRef(Key));
    else if (!F.Revokes)
      Keeping.insert(F.Wrapper);
  }
  for (const auto &[Key, Value] : *AllCallbacks) {
    PolicyCallback &C = Callbacks[StringRef(Key)];
    if (Error E = readCallback(Key, Value, C))
      return E;
    KindToKey[C.Kind] = StringRef(Key).str();
  }
  if (Error E = readNames(Root, "data", Data))
    return E;
  if (Error E = readNames(Root, "direct", Direct))
    return E;
  for (const auto &D : Direct)
    Keeping.insert(D.getKey());
  return Error::success();
}

Expected<Policy> Policy::load(StringRef Path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer)
    return invalid("policy '" + Path + "': " + Buffer.getError().message());
  return parse((*Buffer)->getBuffer(), Path);
}

const PolicyFunction *Policy::function(StringRef Name) const {
  auto It = Functions.find(plainName(Name));
  return It == Functions.end() ? nullptr : &It->second;
}

const PolicyCallback *Policy::callback(StringRef Key) const {
  auto It = Callbacks.find(Key);
  if (It != Callbacks.end())
    return &It->second;
  auto Kind = KindToKey.find(Key);
  if (Kind == KindToKey.end())
    return nullptr;
  return &Callbacks.find(Kind->second)->second;
}

bool Policy::revokes(StringRef Wrapper) const {
  return !Keeping.contains(plainName(Wrapper));
}

bool Policy::isDirect(StringRef Name) const {
  if (Direct.contains(plainName(Name)))
    return true;
  const PolicyFunction *F = function(Name);
  return F && F->FnKind == PolicyFunction::Kind::Direct;
}

bool Policy::isData(StringRef Name) const {
  return Data.contains(plainName(Name));
}

} // namespace sfi
