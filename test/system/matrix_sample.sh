#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A sample of the matrix (matrix.sh): at least one misbehaviour for each detector, in every context.
# Kernels: 6.12
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/matrix_lib.sh"

matrix 900 store_kernel_object store_freed call_wrong_type read_null bug deadlock lock_held_at_return rcu_left_locked \
	irqs_left_off double_free rcu_queued_twice result_out_of_range registration_left hang_irqs_off recursion
