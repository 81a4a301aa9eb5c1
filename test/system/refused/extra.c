// SPDX-License-Identifier: GPL-2.0-only
/* A function that is harmless, unless the pass has not seen it; for refused.sh. */
int refused_extra(int value);

int refused_extra(int value)
{
	return value + 1;
}
