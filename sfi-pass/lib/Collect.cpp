// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Filling the type table from the AST.
//
// Where a function's address goes is followed through the whole unit without
// regard to order: initializers, assignments, arguments, parameters of inlines,
// variables, private fields, returned values. The end of a path is a field of a
// kernel structure or a parameter of a kernel function; it is a kind of
// callback that the policy knows, or an error if the driver uses it. A path
// that ends anywhere else is the driver's private affair. What this does not
// see (an address kept as bits of something else) stays a private address,
// which every wrapper refuses: it fails closed.

#include "Collect.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace clang;
using llvm::StringRef;

namespace sfi {

namespace {

/// A place that can hold a function's address.
struct Node {
  enum Kind {
    Variable,  ///< a VarDecl
    Field,     ///< a FieldDecl, of any object
    Parameter, ///< parameter INDEX of a FunctionDecl
    Result,    ///< what a FunctionDecl returns
    Named,     ///< anything of the type that a TypedefNameDecl names
  };
  Kind K;
  const Decl *D;
  unsigned Index = 0;

  bool operator<(const Node &Other) const {
    return std::tie(K, D, Index) < std::tie(Other.K, Other.D, Other.Index);
  }
};

/// A place, and an example of where in the source something goes there.
using Places = std::map<Node, SourceLocation>;

/// The name of a declaration's symbol.
StringRef symbolName(const NamedDecl *D) {
  if (const auto *Label = D->getAttr<AsmLabelAttr>())
    return Label->getLabel();
  return D->getIdentifier() ? D->getName() : StringRef();
}

bool isFunctionPointer(QualType T) { return T->isFunctionPointerType(); }

/// Which addresses go where in one translation unit.
class FlowGraph : public RecursiveASTVisitor<FlowGraph> {
public:
  std::map<const FunctionDecl *, Places> Functions; ///< address of, goes to
  std::map<Node, Places> Edges;                     ///< value of, goes to
  std::vector<const FunctionDecl *> AllFunctions;
  std::vector<const VarDecl *> AllVariables;
  std::vector<const RecordDecl *> AllRecords;
  std::vector<const DeclRefExpr *> AllReferences;

  /// Initializer lists count in the form that the compiler completed.
  bool shouldVisitImplicitCode() const { return true; }

  bool TraverseFunctionDecl(FunctionDecl *F) {
    const FunctionDecl *Outer = Current;
    Current = F->getCanonicalDecl();
    bool Result = RecursiveASTVisitor::TraverseFunctionDecl(F);
    Current = Outer;
    return Result;
  }

  bool VisitFunctionDecl(FunctionDecl *F) {
    AllFunctions.push_back(F);
    return true;
  }

  bool VisitDeclRefExpr(DeclRefExpr *Ref) {
    AllReferences.push_back(Ref);
    return true;
  }

  bool VisitRecordDecl(RecordDecl *R) {
    if (R->isCompleteDefinition())
      AllRecords.push_back(R);
    return true;
  }

  bool VisitVarDecl(VarDecl *V) {
    if (V->hasGlobalStorage())
      AllVariables.push_back(V);
    if (const Expr *Init = V->getInit())
      flowInitializer(Init, variable(V));
    return true;
  }

  bool VisitInitListExpr(InitListExpr *List) {
    if (!List->isSemanticForm())
      return true;
    const auto *Record = List->getType()->getAs<RecordType>();
    if (!Record)
      return true;
    if (Record->isUnionType()) {
      if (const FieldDecl *F = List->getInitializedFieldInUnion())
        if (List->getNumInits())
          flowInitializer(List->getInit(0), field(F));
      return true;
    }
    unsigned I = 0;
    for (const FieldDecl *F : Record->getDecl()->fields()) {
      if (F->isUnnamedBitField())
        continue;
      if (I == List->getNumInits())
        break;
      flowInitializer(List->getInit(I++), field(F));
    }
    return true;
  }

  bool VisitBinaryOperator(BinaryOperator *B) {
    if (B->getOpcode() == BO_Assign)
      if (std::optional<Node> To = destination(B->getLHS()))
        flow(B->getRHS(), *To);
    return true;
  }

  bool VisitReturnStmt(ReturnStmt *R) {
    if (Current && R->getRetValue())
      flow(R->getRetValue(), {Node::Result, Current});
    return true;
  }

  bool VisitCallExpr(CallExpr *Call) {
    if (const FunctionDecl *Callee = Call->getDirectCallee()) {
      for (unsigned I = 0;
           I != std::min(Call->getNumArgs(), Callee->getNumParams()); ++I)
        flow(Call->getArg(I), {Node::Parameter, Callee->getCanonicalDecl(), I});
      return true;
    }
    QualType T = Call->getCallee()->getType();
    if (T->isPointerType())
      T = T->getPointeeType();
    if (const auto *Proto = T->getAs<FunctionProtoType>())
      for (unsigned I = 0;
           I != std::min(Call->getNumArgs(), Proto->getNumParams()); ++I)
        if (std::optional<Node> To = named(Proto->getParamType(I)))
          flow(Call->getArg(I), *To);
    return true;
  }

  /// The innermost typedef that names T, as a place.
  static std::optional<Node> named(QualType T) {
    if (const auto *TT = T->getAs<TypedefType>())
      return Node{Node::Named, TT->getDecl()->getCanonicalDecl()};
    return std::nullopt;
  }

private:
  static Node variable(const VarDecl *V) {
    if (const auto *P = dyn_cast<ParmVarDecl>(V))
      if (const auto *F = dyn_cast_or_null<FunctionDecl>(P->getDeclContext()))
        return {Node::Parameter, F->getCanonicalDecl(),
                P->getFunctionScopeIndex()};
    return {Node::Variable, V->getCanonicalDecl()};
  }

  static Node field(const FieldDecl *F) {
    return {Node::Field, F->getCanonicalDecl()};
  }

  /// E without what does not change the value; *&x is x.
  static const Expr *strip(const Expr *E) {
    for (;;) {
      E = E->IgnoreParenCasts();
      if (const auto *Opaque = dyn_cast<OpaqueValueExpr>(E)) {
        if (!Opaque->getSourceExpr())
          return E;
        E = Opaque->getSourceExpr();
        continue;
      }
      if (const auto *Generic = dyn_cast<GenericSelectionExpr>(E)) {
        E = Generic->getResultExpr();
        continue;
      }
      if (const auto *Choose = dyn_cast<ChooseExpr>(E)) {
        E = Choose->getChosenSubExpr();
        continue;
      }
      const auto *Unary = dyn_cast<UnaryOperator>(E);
      if (!Unary)
        return E;
      const Expr *Sub = Unary->getSubExpr()->IgnoreParenCasts();
      const auto *Inner = dyn_cast<UnaryOperator>(Sub);
      if (Unary->getOpcode() == UO_Extension || isFunctionDesignator(Sub))
        E = Sub;
      else if (Unary->getOpcode() == UO_Deref && Inner &&
               Inner->getOpcode() == UO_AddrOf)
        E = Inner->getSubExpr();
      else
        return E;
    }
  }

  /// Functions and pointers to them: & and * change nothing.
  static bool isFunctionDesignator(const Expr *E) {
    return E->getType()->isFunctionType() || isFunctionPointer(E->getType());
  }

  std::optional<Node> destination(const Expr *E) {
    QualType T = E->getType();
    E = strip(E);
    if (const auto *M = dyn_cast<MemberExpr>(E))
      if (const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl()))
        return field(F);
    if (const auto *Index = dyn_cast<ArraySubscriptExpr>(E))
      return destination(Index->getBase());
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
      if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl()))
        return variable(V);
    return named(T);
  }

  void flowInitializer(const Expr *Init, Node To) {
    if (const auto *List = dyn_cast<InitListExpr>(Init)) {
      if (List->getType()->isRecordType())
        return; // by its own visit
      for (const Expr *Element : List->inits())
        flowInitializer(Element, To);
      return;
    }
    flow(Init, To);
  }

  void flow(const Expr *E, Node To) {
    E = strip(E);
    if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
      flow(C->getTrueExpr(), To);
      flow(C->getFalseExpr(), To);
    } else if (const auto *B = dyn_cast<BinaryOperator>(E)) {
      if (B->getOpcode() == BO_Comma || B->getOpcode() == BO_Assign)
        flow(B->getRHS(), To);
    } else if (const auto *S = dyn_cast<StmtExpr>(E)) {
      const CompoundStmt *Body = S->getSubStmt();
      if (!Body->body_empty())
        if (const auto *Last = dyn_cast<Expr>(Body->body_back()))
          flow(Last, To);
    } else if (const auto *M = dyn_cast<MemberExpr>(E)) {
      if (const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl()))
        addEdge(field(F), To, E);
    } else if (const auto *Index = dyn_cast<ArraySubscriptExpr>(E)) {
      flow(Index->getBase(), To);
    } else if (const auto *Call = dyn_cast<CallExpr>(E)) {
      if (const FunctionDecl *Callee = Call->getDirectCallee())
        addEdge({Node::Result, Callee->getCanonicalDecl()}, To, E);
    } else if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
      if (const auto *F = dyn_cast<FunctionDecl>(Ref->getDecl()))
        Functions[F->getCanonicalDecl()].emplace(To, E->getExprLoc());
      else if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl()))
        addEdge(variable(V), To, E);
    }
  }

  void addEdge(Node From, Node To, const Expr *E) {
    if (From < To || To < From)
      Edges[From].emplace(To, E->getExprLoc());
  }

  const FunctionDecl *Current = nullptr;
};

/// From the graph to the table.
class Collector {
public:
  Collector(ASTContext &Context, const Policy &P, TypeTable &Types)
      : Context(Context), Sources(Context.getSourceManager()), P(P),
        Types(Types), Printing(Context.getLangOpts()) {}

  void run() {
    Graph.TraverseDecl(Context.getTranslationUnitDecl());
    findKernelFolders();
    for (const FunctionDecl *F : Graph.AllFunctions)
      addFunction(F);
    for (const VarDecl *V : Graph.AllVariables)
      if (!V->isStaticLocal())
        addVariable(V);
    for (const DeclRefExpr *Ref : Graph.AllReferences)
      addReference(Ref);
    for (const RecordDecl *R : Graph.AllRecords)
      if (R->getIdentifier() && !R->isInvalidDecl())
        addFields(R, R->getName(), 0);
    for (const auto &[F, To] : Graph.Functions)
      resolve(F, To);
    Types.ReportAt = [&Diags = Context.getDiagnostics()](uint32_t Place,
                                                         StringRef Message) {
      unsigned ID = Diags.getCustomDiagID(DiagnosticsEngine::Error, "%0");
      Diags.Report(SourceLocation::getFromRawEncoding(Place), ID) << Message;
    };
  }

private:
  /// Folders of headers: those beside a header that every kernel has, in the
  /// source tree and in the build tree.
  void findKernelFolders() {
    std::set<std::string> Found;
    for (auto It = Sources.fileinfo_begin(); It != Sources.fileinfo_end();
         ++It) {
      llvm::SmallString<256> Path(It->first.getName());
      llvm::sys::fs::make_absolute(Path);
      llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
      StringRef Root = Path;
      if (!Root.consume_back("include/linux/kconfig.h") &&
          !Root.consume_back("include/linux/compiler_types.h") &&
          !Root.consume_back("include/generated/autoconf.h"))
        continue;
      Found.insert((Root + "include/").str());
      Found.insert((Root + "arch/").str());
    }
    Types.KernelFolders.assign(Found.begin(), Found.end());
  }

  /// Is D declared by a kernel header, a system header, or by the compiler?
  bool isKernels(const Decl *D) { return isKernels(D->getLocation()); }

  bool isKernels(SourceLocation Loc) {
    Loc = Sources.getExpansionLoc(Loc);
    if (Loc.isInvalid() || Sources.isInSystemHeader(Loc))
      return true;
    return Types.isKernelHeader(Sources.getFilename(Loc));
  }

  void addFunction(const FunctionDecl *F) {
    StringRef Name = symbolName(F);
    if (Name.empty() || Types.Functions.count(Name))
      return;
    FunctionFacts &Facts = Types.Functions[Name];
    Facts.Prototype = prototype(F);
    const FunctionDecl *Definition = nullptr;
    if (F->hasBody(Definition))
      Facts.Kernel = isKernels(Definition);
    else
      Facts.Kernel = llvm::any_of(
          F->redecls(), [&](const FunctionDecl *D) { return isKernels(D); });
    for (const ParmVarDecl *Param : F->parameters())
      Facts.ByValue |= Param->getType()->isRecordType();
  }

  void addVariable(const VarDecl *V) {
    StringRef Name = symbolName(V);
    if (!Name.empty() && !Types.Variables.count(Name))
      Types.Variables[Name].Kernel = llvm::any_of(
          V->redecls(), [&](const VarDecl *D) { return isKernels(D); });
  }

  /// Remembers the first reference to each name that stands in the driver.
  void addReference(const DeclRefExpr *Ref) {
    StringRef Name = symbolName(Ref->getDecl());
    uint32_t *Place = nullptr;
    if (auto F = Types.Functions.find(Name); F != Types.Functions.end())
      Place = &F->second.Place;
    else if (auto V = Types.Variables.find(Name); V != Types.Variables.end())
      Place = &V->second.Place;
    if (Place && !*Place && !isKernels(Ref->getLocation()))
      *Place = Ref->getLocation().getRawEncoding();
  }

  /// Fields of R that the policy knows as callbacks of structure NAME; R begins
  /// BASE bytes into it.
  void addFields(const RecordDecl *R, StringRef Name, uint64_t Base) {
    if (R->isDependentType())
      return;
    const ASTRecordLayout *Layout = nullptr;
    for (const FieldDecl *F : R->fields()) {
      const auto *Inner = F->getType()->getAs<RecordType>();
      bool Anonymous = Inner && !Inner->getDecl()->getIdentifier();
      std::string Key = (Name + "." + F->getName()).str();
      if (!Anonymous && !P.callback(Key))
        continue;
      if (!Layout)
        Layout = &Context.getASTRecordLayout(R);
      uint64_t Offset = Base + Layout->getFieldOffset(F->getFieldIndex()) / 8;
      if (Anonymous)
        addFields(Inner->getDecl()->getDefinition(), Name, Offset);
      else
        Types.Fields[Name][Offset] = Key;
    }
  }

  std::string parameters(const FunctionDecl *F) {
    std::string Text;
    for (const ParmVarDecl *Param : F->parameters()) {
      std::string One = Param->getName().str();
      Param->getOriginalType().getAsStringInternal(One, Printing);
      Text += (Text.empty() ? "" : ", ") + One;
    }
    if (F->isVariadic())
      Text += Text.empty() ? "..." : ", ...";
    return Text.empty() ? "void" : Text;
  }

  std::string prototype(const FunctionDecl *F) {
    std::string Text = F->getNameAsString() + "(" + parameters(F) + ")";
    F->getReturnType().getAsStringInternal(Text, Printing);
    return Text;
  }

  /// The line that annotates F's use as callback MACRO.
  std::string callbackLine(const FunctionDecl *F, const std::string &Macro) {
    const FunctionDecl *Named = F->getDefinition() ? F->getDefinition() : F;
    std::string Text = Macro + "(" + parameters(Named) + ")";
    F->getReturnType().getAsStringInternal(Text, Printing);
    return Text +
           (F->getReturnType()->isVoidType() ? ";" : " SFI_ON_FAILURE(...);");
  }

  /// Name of the structure that F is a member of, be it through nameless ones.
  static StringRef structureName(const FieldDecl *F) {
    const DeclContext *D = F->getDeclContext();
    while (const auto *R = dyn_cast_or_null<RecordDecl>(D)) {
      if (R->getIdentifier())
        return R->getName();
      if (const TypedefNameDecl *T = R->getTypedefNameForAnonDecl())
        return T->getName();
      D = R->getLexicalParent();
    }
    return "";
  }

  /// Follows everywhere the address of F goes.
  void resolve(const FunctionDecl *F, const Places &To) {
    FunctionFacts &Facts = Types.Functions[symbolName(F)];
    std::set<Node> Seen;
    std::set<std::string> Guessed;
    std::vector<std::pair<Node, SourceLocation>> Work(To.begin(), To.end());
    while (!Work.empty()) {
      auto [N, Where] = Work.back();
      Work.pop_back();
      if (!Seen.insert(N).second || !passesThrough(N, F, Where, Facts, Guessed))
        continue;
      auto It = Graph.Edges.find(N);
      if (It != Graph.Edges.end())
        for (const auto &[Next, Unused] : It->second)
          Work.push_back({Next, Where});
    }
    // A destination's type name counts where no path led to the kernel.
    if (Facts.Callbacks.empty() && Facts.Unknown.empty())
      Facts.Callbacks = std::move(Guessed);
  }

  /// Key of the callback that T's name stands for, or "".
  std::string keyOfType(QualType T) {
    for (std::optional<Node> N = FlowGraph::named(T); N;
         N = FlowGraph::named(T)) {
      const auto *D = cast<TypedefNameDecl>(N->D);
      if (P.callback(D->getName()))
        return D->getName().str();
      T = D->getUnderlyingType();
    }
    return "";
  }

  /// Records what it means that F's address gets to N. True: it may go on from
  /// there.
  bool passesThrough(Node N, const FunctionDecl *F, SourceLocation Where,
                     FunctionFacts &Facts, std::set<std::string> &Guessed) {
    switch (N.K) {
    case Node::Field:
      return throughField(cast<FieldDecl>(N.D), F, Where, Facts, Guessed);
    case Node::Parameter:
      return throughParameter(N, F, Where, Facts, Guessed);
    case Node::Variable:
      guess(cast<VarDecl>(N.D)->getType(), Guessed);
      return true;
    case Node::Result:
      guess(cast<FunctionDecl>(N.D)->getReturnType(), Guessed);
      return true;
    case Node::Named:
      if (P.callback(cast<TypedefNameDecl>(N.D)->getName()))
        Facts.Callbacks.insert(cast<TypedefNameDecl>(N.D)->getName().str());
      return false;
    }
    llvm_unreachable("no such kind of place");
  }

  void guess(QualType T, std::set<std::string> &Guessed) {
    std::string Key = keyOfType(T);
    if (!Key.empty())
      Guessed.insert(Key);
  }

  bool throughField(const FieldDecl *Field, const FunctionDecl *F,
                    SourceLocation Where, FunctionFacts &Facts,
                    std::set<std::string> &Guessed) {
    std::string Structure = structureName(Field).str();
    std::string Key = Structure + "." + Field->getNameAsString();
    if (P.callback(Key)) {
      Facts.Callbacks.insert(Key);
      return false;
    }
    std::string TypeKey = keyOfType(Field->getType());
    if (!isKernels(Field)) {
      if (!TypeKey.empty())
        Guessed.insert(TypeKey);
      return true;
    }
    if (!TypeKey.empty())
      Facts.Callbacks.insert(TypeKey);
    else if (isFunctionPointer(Field->getType()))
      addUnknown(F, Where, Facts, "field '" + Key + "' of the kernel",
                 "SFI_CB(" + Structure + ", " + Field->getNameAsString() + ")");
    return false;
  }

  bool throughParameter(Node N, const FunctionDecl *F, SourceLocation Where,
                        FunctionFacts &Facts, std::set<std::string> &Guessed) {
    const auto *Callee = cast<FunctionDecl>(N.D);
    const PolicyFunction *PF = P.function(symbolName(Callee));
    if (PF) {
      auto It = PF->Callbacks.find(N.Index);
      if (It != PF->Callbacks.end()) {
        Facts.Callbacks.insert(It->second);
        return false;
      }
    }
    QualType T = Callee->getParamDecl(N.Index)->getOriginalType();
    std::string TypeKey = keyOfType(T);
    if (!PF && (Callee->hasBody() || !isKernels(Callee))) {
      if (!TypeKey.empty())
        Guessed.insert(TypeKey);
      return true;
    }
    if (!TypeKey.empty())
      Facts.Callbacks.insert(TypeKey);
    else if (PF && isFunctionPointer(T))
      addUnknownParameter(N, F, Where, Facts);
    return false;
  }

  /// A parameter's kind is that of its type's name, or is named beside it.
  void addUnknownParameter(Node N, const FunctionDecl *F, SourceLocation Where,
                           FunctionFacts &Facts) {
    const auto *Callee = cast<FunctionDecl>(N.D);
    QualType T = Callee->getParamDecl(N.Index)->getOriginalType();
    std::optional<Node> Name = FlowGraph::named(T);
    std::string What = "parameter " + std::to_string(N.Index + 1) + " of '" +
                       Callee->getNameAsString() + "'";
    if (Name)
      addUnknown(F, Where, Facts, What,
                 "SFI_CB_TYPE(" +
                     cast<TypedefNameDecl>(Name->D)->getNameAsString() + ")");
    else
      Facts.Unknown.emplace("'" + F->getNameAsString() + "' goes to " + What +
                                ", which is not annotated as a callback; add "
                                "SFI_CALLBACK(...) to that parameter of: " +
                                prototype(Callee),
                            Where.getRawEncoding());
  }

  void addUnknown(const FunctionDecl *F, SourceLocation Where,
                  FunctionFacts &Facts, const std::string &What,
                  const std::string &Macro) {
    Facts.Unknown.emplace("'" + F->getNameAsString() + "' goes to " + What +
                              ", a callback that no annotated header describes;"
                              " add to one: " +
                              callbackLine(F, Macro),
                          Where.getRawEncoding());
  }

  ASTContext &Context;
  SourceManager &Sources;
  const Policy &P;
  TypeTable &Types;
  PrintingPolicy Printing;
  FlowGraph Graph;
};

} // namespace

void collectFacts(ASTContext &Context, const Policy &P, TypeTable &Types) {
  Collector(Context, P, Types).run();
}

} // namespace sfi
