#include "model.h"
int coverage(const char *policy, char *const *files, int nfiles, const char *const *flags, int nflags) { (void)policy;(void)files;(void)nfiles;(void)flags;(void)nflags; return 0; }
