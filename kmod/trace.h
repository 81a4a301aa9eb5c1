/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: sfi:violation when a domain fails, sfi:recovery for each step of
 * what follows.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sfi

#if !defined(SFI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SFI_TRACE_H

#include <linux/tracepoint.h>

#include "compat/compat.h"

#define SFI_TRACE_LINE 192

/* LINE is the report's first line, LENGTH characters without an end. */
TRACE_EVENT(violation,
	TP_PROTO(const char *domain, const char *line, size_t length),
	TP_ARGS(domain, line, length),
	TP_STRUCT__entry(
		__string(domain, domain)
		__array(char, line, SFI_TRACE_LINE)
	),
	TP_fast_assign(
		sfi_compat_assign_str(domain, domain);
		strscpy(__entry->line, line, min_t(size_t, length + 1, SFI_TRACE_LINE));
	),
	TP_printk("domain=%s report=\"%s\"", __get_str(domain), __entry->line)
);

/* STEP is the name of the step that ended; US, the microseconds since the violation. */
TRACE_EVENT(recovery,
	TP_PROTO(const char *domain, const char *step, u64 us),
	TP_ARGS(domain, step, us),
	TP_STRUCT__entry(
		__string(domain, domain)
		__string(step, step)
		__field(u64, us)
	),
	TP_fast_assign(
		sfi_compat_assign_str(domain, domain);
		sfi_compat_assign_str(step, step);
		__entry->us = us;
	),
	TP_printk("domain=%s step=%s us=%llu",
		  __get_str(domain), __get_str(step), __entry->us)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
