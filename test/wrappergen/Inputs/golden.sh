#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# golden.sh WRAPGEN FOLDER HEADER: what the generator makes of HEADER is what stands beside it (.c and .json), and
# it compiles against the runtime's header. With SFI_UPDATE_GOLDEN=1 the files beside it are written instead.
set -eu
wrapgen=$1 work=$2 header=$3
top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/test/wrappergen/Inputs
name=$(basename "$header" .h)
rm -rf "$work"
mkdir -p "$work/in"
cp "$header" "$work/in"
"$wrapgen" --out "$work/out" --module toy="$work/in" -- \
	-I"$here/include" -I"$top/wrappergen/include"
if [ "${SFI_UPDATE_GOLDEN:-0}" = 1 ]; then
	cp "$work/out/toy/$name.c" "${header%.h}.c"
	cp "$work/out/policy.json" "${header%.h}.json"
fi
diff -u "${header%.h}.c" "$work/out/toy/$name.c"
diff -u "${header%.h}.json" "$work/out/policy.json"
for file in "$work/out/toy/$name.c" "$work/out/toy/main.c"; do
	clang-19 -std=gnu11 -fsyntax-only -Wall -Werror -Wno-unused-function -I"$here/include" -I"$top/runtime/include" \
		-I"$top/sfi-pass/include" -I"$work/out" "$file"
done
