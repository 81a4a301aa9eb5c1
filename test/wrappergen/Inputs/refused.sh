#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# refused.sh WRAPGEN FOLDER HEADER: the generator refuses HEADER with the diagnostics that its CHECK lines name,
# and writes nothing.
set -eu
wrapgen=$1 work=$2 header=$3
top=$(cd "$(dirname "$0")/../../.." && pwd)
rm -rf "$work"
mkdir -p "$work/in"
cp "$header" "$work/in"
if "$wrapgen" --out "$work/out" --module toy="$work/in" -- \
	-I"$top/test/wrappergen/Inputs/include" -I"$top/wrappergen/include" 2>"$work/errors"; then
	echo "accepted, but should have been refused"
	exit 1
fi
test ! -e "$work/out"
FileCheck-19 --match-full-lines --implicit-check-not=error: --input-file="$work/errors" "$header"
