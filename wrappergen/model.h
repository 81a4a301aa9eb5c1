/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What sfi-wrapgen knows about a kernel interface, free of libclang: parse.c
 * fills it in, check.c says what is wrong with it, the emitters print it. All
 * of it lives in the arena (util.h) until the process ends.
 */
#ifndef WRAPGEN_MODEL_H
#define WRAPGEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

/* A growing array: struct { T *v; unsigned n; }. */
#define LIST(T) \
	struct { \
		T *v; \
		unsigned n, room; \
	}
#define PUSH(list, item) \
	do { \
		if ((list).n == (list).room) { \
			(list).room = (list).room ? 2 * (list).room : 4; \
			(list).v = arena_grow((list).v, (list).n * sizeof(*(list).v), \
					      (list).room * sizeof(*(list).v)); \
		} \
		(list).v[(list).n++] = (item); \
	} while (0)
#define EACH(item, list) \
	(item) = (list).v; (item) < (list).v + (list).n; (item)++

typedef LIST(const char *) string_list;

struct loc {
	const char *file;
	unsigned line, col;
};

/* Where an annotation may stand. */
enum place {
	ON_PARAM = 1,     /* parameter of a kernel function */
	ON_FUNCTION = 2,  /* kernel function */
	ON_CB_PARAM = 4,  /* parameter of a callback */
	ON_CALLBACK = 8,  /* callback */
	ON_DECL = 16,     /* a declaration that only carries the annotation */
};

/* What stands in its parentheses. */
enum argument {
	ARG_NONE,
	ARG_TYPE,      /* an object type */
	ARG_EXPR,      /* over the parameters */
	ARG_RET_EXPR,  /* over the parameters and `ret` */
	ARG_CALL,      /* as ARG_RET_EXPR, or a function's name alone */
	ARG_KIND,      /* a callback kind */
	ARG_TYPE_EXPR, /* object type, then optionally ARG_RET_EXPR */
	ARG_TEXT,      /* words, or names that the parser takes apart */
};

/*
 * The annotations: X(id, attribute name, places, argument, main). An import's
 * pointer parameter has at most one `main` annotation: what is checked of it.
 */
#define ANNOTATIONS(X) \
	X(OWNED, "owned", ON_PARAM, ARG_NONE, 1) \
	X(OWNED_OR_NULL, "owned_or_null", ON_PARAM, ARG_NONE, 1) \
	X(OWNED_AS, "owned_as", ON_PARAM, ARG_TYPE, 1) \
	X(GIVES, "gives", ON_PARAM, ARG_NONE, 1) \
	X(GIVES_OR_NULL, "gives_or_null", ON_PARAM, ARG_NONE, 1) \
	X(GIVES_AS, "gives_as", ON_PARAM, ARG_TYPE, 1) \
	X(WRITES, "writes", ON_PARAM, ARG_EXPR, 1) \
	X(WRITES_OR_NULL, "writes_or_null", ON_PARAM, ARG_EXPR, 1) \
	X(READS, "reads", ON_PARAM, ARG_EXPR, 1) \
	X(INITS, "inits", ON_PARAM, ARG_TYPE, 1) \
	X(EMBEDS, "embeds", ON_PARAM, ARG_TYPE, 1) \
	X(CALLBACK, "callback", ON_PARAM, ARG_KIND, 1) \
	X(CALLBACKS, "callbacks", ON_PARAM, ARG_NONE, 0) \
	X(OPAQUE, "opaque", ON_PARAM | ON_CB_PARAM, ARG_NONE, 1) \
	X(LOCK, "lock", ON_PARAM, ARG_EXPR, 0) \
	X(UNLOCK, "unlock", ON_PARAM, ARG_NONE, 1) \
	X(OWN_MEMORY, "own_memory", ON_PARAM, ARG_NONE, 1) \
	X(MODULE, "module", ON_PARAM, ARG_NONE, 1) \
	X(UNCHECKED, "unchecked", ON_PARAM | ON_CB_PARAM, ARG_TEXT, 1) \
	X(ACQUIRES, "acquires", ON_FUNCTION, ARG_TYPE_EXPR, 0) \
	X(IF, "if", ON_FUNCTION | ON_CALLBACK, ARG_RET_EXPR, 0) \
	X(SIZE, "size", ON_FUNCTION, ARG_RET_EXPR, 0) \
	X(RELEASED_BY, "released_by", ON_FUNCTION, ARG_CALL, 0) \
	X(RELEASES, "releases", ON_FUNCTION, ARG_TYPE_EXPR, 0) \
	X(REQUIRES, "requires", ON_FUNCTION, ARG_EXPR, 0) \
	X(KEEPS, "keeps", ON_FUNCTION, ARG_NONE, 0) \
	X(ADDRESSABLE, "addressable", ON_FUNCTION, ARG_TEXT, 0) \
	X(BY_HAND, "by_hand", ON_FUNCTION | ON_CALLBACK, ARG_TEXT, 0) \
	X(DIRECT, "direct", ON_FUNCTION, ARG_TEXT, 0) \
	X(DATA, "data", ON_DECL, ARG_NONE, 0) \
	X(ON_FAILURE, "on_failure", ON_CALLBACK, ARG_EXPR, 0) \
	X(RETURNS, "returns", ON_CALLBACK, ARG_RET_EXPR, 0) \
	X(WAITS, "waits", ON_CALLBACK, ARG_NONE, 0) \
	X(TAKES, "takes", ON_CB_PARAM, ARG_NONE, 1) \
	X(TAKES_IF, "takes_if", ON_CB_PARAM, ARG_RET_EXPR, 1) \
	X(BORROWS, "borrows", ON_CB_PARAM, ARG_NONE, 1) \
	X(LENDS, "lends", ON_CB_PARAM, ARG_EXPR, 1) \
	X(BINDS, "binds", ON_CB_PARAM, ARG_NONE, 1) \
	X(UNBINDS, "unbinds", ON_CB_PARAM, ARG_NONE, 1) \
	X(TYPE, "type", ON_DECL, ARG_TEXT, 0) \
	X(EMBEDDED, "embedded", ON_DECL, ARG_TEXT, 0) \
	X(FIELDS, "fields", ON_DECL, ARG_TEXT, 0) \
	X(FIELDS_UNTIL, "fields_until", ON_DECL, ARG_TEXT, 0) \
	X(PART, "part", ON_DECL, ARG_TEXT, 0) \
	X(TABLE, "table", ON_DECL, ARG_TEXT, 0) \
	X(MEMORY, "memory", ON_DECL, ARG_TEXT, 0) \
	X(RIGHTS_BY_HAND, "rights_by_hand", ON_DECL, ARG_TEXT, 0)

enum annotation_id {
#define X(id, name, places, argument, main) A_##id,
	ANNOTATIONS(X)
#undef X
	A_UNKNOWN
};

/* One row of the table above. */
struct annotation_row {
	const char *name;
	unsigned places;
	enum argument argument;
	bool main;
};
extern const struct annotation_row annotation_rows[A_UNKNOWN + 1];

struct annotation {
	enum annotation_id id;
	const char *name;     /* as in the source: "SFI_OWNED" */
	const char *text;     /* whole argument, as written */
	const char *type;     /* ARG_TYPE, ARG_TYPE_EXPR */
	const char *expr;     /* ARG_*EXPR, ARG_CALL; NULL if left out */
	const char *unknown;  /* first identifier in expr that nothing declares */
	string_list types;    /* ARG_CALL: of the called function's parameters */
	struct loc loc;
};
typedef LIST(struct annotation) annotation_list;

enum shape {
	SHAPE_VOID,
	SHAPE_SCALAR,   /* also structures by value */
	SHAPE_POINTER,
	SHAPE_FUNCTION, /* pointer to a function */
};

struct ctype {
	const char *spelling;  /* as declared, without attributes */
	const char *canonical;
	enum shape shape;
	bool is_int;           /* plain int: 0 means success */
	bool pointee_const, pointee_sized, pointee_void;
	const char *record;    /* pointee's (or, if no pointer, own) structure tag, or NULL */
	const char *typedef_name; /* of a function pointer or its pointee, or NULL */
};

struct param {
	const char *name;
	struct ctype type;
	annotation_list annotations;
	struct loc loc;
};

struct function {
	const char *name;        /* callbacks: of the kind */
	struct ctype result;
	LIST(struct param) params;
	annotation_list annotations;
	bool interface;          /* a static inline of a kernel header */
	string_list inlined;     /* of an interface: functions and data that its body uses, and the inlines that it calls */
	bool variadic, noreturn;
	bool macro;              /* a function-like macro has its name, too */
	const char *mismatch;    /* what its declaration should have been of, or NULL */
	const char *canonical;   /* type, canonical spelling */
	struct loc loc;
};

struct callback {
	struct function fn;
	const char *structure, *field; /* or NULL and */
	const char *typedef_name;
	bool typedef_is_function;      /* not a pointer to one */
	bool typedef_is_ours;          /* declared by the annotated header, not by the kernel */
	const char *key;               /* "net_device_ops.ndo_open", "irq_handler_t" */
	const char *kind;              /* of its entry wrapper; set by check.c */
	bool emits;                    /* the first of those that share the wrapper */
};

/* Fields of a structure that matter to callback checks. */
struct record_field {
	const char *path;     /* "driver.pm" is left to the embedded record: "pm" */
	enum { FIELD_CALLBACK, FIELD_RECORD, FIELD_TABLE } what;
	const char *record;   /* FIELD_RECORD: its tag; FIELD_TABLE: the pointee's */
	unsigned long array;  /* elements, or 0 if no array */
	bool in_union;
};
struct record {
	const char *tag;
	LIST(struct record_field) fields;
};

struct table {
	const char *structure, *field, *record;
	struct loc loc;
};

struct type_field {
	const char *path, *until; /* until: type name or NULL */
	struct loc loc;
};
struct part {
	const char *field, *type;
	struct loc loc;
};

struct object_type {
	const char *name;
	bool abstract, hot;
	const char *release;  /* or NULL */
	const char *map, *grant, *revoke; /* by hand, or NULL */
	const char *sound, *busy; /* expressions over obj, or NULL */
	const char *memory;       /* over obj and size, or NULL */
	LIST(struct type_field) fields;
	LIST(struct part) parts;
	bool embedded;        /* named by an SFI_INITS or SFI_EMBEDS; set by check.c */
	unsigned id;          /* set by check.c */
	const struct module *module;
	struct loc loc;
};

struct data {
	const char *name;
	struct loc loc;
};

struct header {
	const char *path, *name; /* name: without folder and .h */
	string_list includes;
	LIST(struct function *) functions;
	LIST(struct callback *) callbacks;
	LIST(struct object_type *) types;
	LIST(struct data) data;
};

struct module {
	const char *name, *dir;
	LIST(struct header *) headers;
};

struct model {
	LIST(struct module *) modules;
	/* over all modules; check.c sorts types by name */
	LIST(struct object_type *) types;
	LIST(struct callback *) callbacks;
	LIST(struct record *) records;
	LIST(struct table) tables;
	/* rows of SFI_FIELDS etc. whose type was not declared (yet) */
	LIST(struct decl_row *) rows;
	unsigned errors;
};

/* An SFI_FIELDS, SFI_FIELDS_UNTIL, SFI_PART, SFI_EMBEDDED or SFI_RIGHTS_BY_HAND, before its type is known. */
struct decl_row {
	const char *structure;
	const char *part_type; /* SFI_PART: the field's structure */
	const char *unknown;   /* first field that the structure lacks */
	struct annotation annotation;
};

const struct annotation *find_annotation(const annotation_list *list, enum annotation_id id);
/* What is checked of P: its main annotation, or SFI_LOCK if it has no other; NULL if neither. */
const struct annotation *main_annotation(const struct param *p);
struct object_type *find_type(const struct model *m, const char *name);
struct callback *find_callback(const struct model *m, const char *key);
const struct record *find_record(const struct model *m, const char *tag);
const struct table *find_table(const struct model *m, const char *structure, const char *field);
bool has_callbacks(const struct model *m, const char *tag);
/* The header that emits the exported check of structure TAG: the first with an SFI_CB of it; NULL if none has. */
const struct header *check_owner(const struct model *m, const char *tag);
/* Name of the type a parameter is annotated with: the annotation's, or its pointee's tag. */
const char *param_type(const struct param *p, const struct annotation *a);
/*
 * The call that releases what F acquires (SFI_RELEASED_BY). Its arguments are
 * evaluated at acquisition and kept in the object's record; `slot` says where.
 */
struct release_argument {
	const char *text; /* as annotated */
	const char *type; /* of the called function's parameter; NULL: not known */
	int slot;         /* 0 to 3, RELEASE_OBJECT or RELEASE_LITERAL */
};
#define RELEASE_OBJECT -1
#define RELEASE_LITERAL -2
struct release_call {
	const char *function; /* NULL: no SFI_RELEASED_BY */
	LIST(struct release_argument) arguments;
	int saved;            /* slots in use */
};
struct release_call release_call(const struct function *f);
/* What F acquires, as an expression: "ret", or the annotation's; NULL if nothing. */
const char *acquired_object(const struct function *f);
const struct param *find_param(const struct function *f, const char *name);
/* True if EXPR names the identifier. */
bool mentions(const char *expr, const char *name);
/* The callback kind a parameter takes, or NULL. */
const struct callback *param_callback(const struct model *m, const struct param *p);
/* Address only: SFI_ADDRESSABLE, and not all is annotated that a call would need. */
bool is_address_only(const struct model *m, const struct function *f);
/* SFI_ADDRESSABLE of F names callback slot KEY. */
bool fits_slot(const struct function *f, const char *key);
/* Nothing says what may be passed as P, and its C type does not either. */
bool needs_annotation(const struct model *m, const struct function *f, const struct param *p);
/* Nothing was annotated: every check follows from the C types. */
bool is_inferred(const struct function *f);
/* Declaration of NAME with type T: "void (*fn)(int)". */
const char *declare(const struct ctype *t, const char *name);

int parse_module(struct model *m, struct module *module, const char *const *flags, int nflags);
/* A kernel function, and its prototype as a line to add to an annotated header; NULL: not found. */
struct prototype {
	const char *name;
	const char *line;
};
/* Fill in the lines of those of WANTED, sorted by name, that are declared by what every module includes, or by
 * HEADERS; false: these cannot be parsed together, nothing was filled in. One header alone always can. */
void parse_common_prototypes(struct prototype *wanted, unsigned n, const char *const *flags, int nflags);
bool parse_prototypes(const char *const *headers, unsigned nheaders, struct prototype *wanted, unsigned n,
		      const char *const *flags, int nflags);
void prototypes_end(void);
void check_model(struct model *m);
/* Writes everything below OUT; false and a message on an I/O error. */
bool emit_wrappers(const struct model *m, const char *out, unsigned long long policy_hash);
bool emit_policy(const struct model *m, const char *out, unsigned long long *hash);
int coverage(const char *policy, char *const *files, int nfiles, const char *const *flags, int nflags);

#endif
