/* SPDX-License-Identifier: GPL-2.0-only */
/* By this file the plugin knows a folder of kernel headers. */
