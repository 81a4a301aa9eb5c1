/* SPDX-License-Identifier: GPL-2.0-only */
/* What sfi_plant.ko offers to the bugs in plants.h. */
#ifndef SFI_PLANT_H
#define SFI_PLANT_H

#include <linux/types.h>

bool sfi_plant_hit(u32 id);
void *sfi_plant_victim(void);
void *sfi_plant_text(void);

#endif
