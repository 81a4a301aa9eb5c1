/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/fs.h>: files of character devices. File and inode are the kernel's, typed for the call; of a file the
 * driver may write its own cookie. A stream (stream_open()) has no position: NULL.
 */
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE(file, hot, none);
SFI_FIELDS(file, private_data);
SFI_TYPE(inode, hot, none);
SFI_TYPE_ABSTRACT(chrdev_region, ordered, none);

loff_t SFI_CB(file_operations, llseek)(struct file *file SFI_BORROWS, loff_t offset, int whence) SFI_ON_FAILURE(-EIO);
ssize_t SFI_CB(file_operations, read)(struct file *file SFI_BORROWS, char __user *buffer SFI_OPAQUE, size_t count, loff_t *position SFI_LENDS(position ? sizeof(*position) : 0)) SFI_ON_FAILURE(-EIO) SFI_RETURNS(ret <= (ssize_t)count) SFI_WAITS;
ssize_t SFI_CB(file_operations, write)(struct file *file SFI_BORROWS, const char __user *buffer SFI_OPAQUE, size_t count, loff_t *position SFI_LENDS(position ? sizeof(*position) : 0)) SFI_ON_FAILURE(-EIO) SFI_RETURNS(ret <= (ssize_t)count) SFI_WAITS;
__poll_t SFI_CB(file_operations, poll)(struct file *file SFI_BORROWS, struct poll_table_struct *wait SFI_BORROWS) SFI_ON_FAILURE(EPOLLERR);
long SFI_CB(file_operations, unlocked_ioctl)(struct file *file SFI_BORROWS, unsigned int command, unsigned long argument) SFI_ON_FAILURE(-EIO) SFI_WAITS;
long SFI_CB(file_operations, compat_ioctl)(struct file *file SFI_BORROWS, unsigned int command, unsigned long argument) SFI_ON_FAILURE(-EIO) SFI_WAITS;
int SFI_CB(file_operations, open)(struct inode *inode SFI_BORROWS, struct file *file SFI_BORROWS) SFI_ON_FAILURE(-EIO) SFI_WAITS;
int SFI_CB(file_operations, flush)(struct file *file SFI_BORROWS, fl_owner_t id SFI_OPAQUE) SFI_ON_FAILURE(0);
int SFI_CB(file_operations, release)(struct inode *inode SFI_BORROWS, struct file *file SFI_BORROWS) SFI_ON_FAILURE(0);

int stream_open(struct inode *inode SFI_OWNED, struct file *filp SFI_OWNED) SFI_ADDRESSABLE(file_operations.open) SFI_KEEPS;
int nonseekable_open(struct inode *inode SFI_OWNED, struct file *filp SFI_OWNED) SFI_ADDRESSABLE(file_operations.open) SFI_KEEPS;
loff_t noop_llseek(struct file *file SFI_OWNED, loff_t offset, int whence) SFI_ADDRESSABLE(file_operations.llseek) SFI_KEEPS;
loff_t default_llseek(struct file *file SFI_OWNED, loff_t offset, int whence) SFI_ADDRESSABLE(file_operations.llseek) SFI_SLEEPS SFI_KEEPS;
loff_t fixed_size_llseek(struct file *file SFI_OWNED, loff_t offset, int whence, loff_t size) SFI_KEEPS;
int alloc_chrdev_region(dev_t *dev SFI_WRITES(sizeof(*dev)), unsigned int baseminor, unsigned int count, const char *name) SFI_REQUIRES(SFI_IS_STRING(name, -1)) SFI_ACQUIRES(chrdev_region, (void *)(unsigned long)*dev) SFI_RELEASED_BY(unregister_chrdev_region(*dev, count)) SFI_SLEEPS SFI_KEEPS;
void unregister_chrdev_region(dev_t from, unsigned int count) SFI_RELEASES(chrdev_region, (void *)(unsigned long)from) SFI_SLEEPS;
