#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# named-files.sh TOP: prints the files that the pages of the documentation link
# to, or name in full as `folder/file.suffix`, relative to TOP.
set -eu
cd "$1"
for page in README.md docs/*.md docs/decisions/*.md; do
	folder=$(dirname "$page")
	sed -n 's/](/\n](/gp' "$page" | sed -n 's/^](\([^)#]*\).*/\1/p' | grep -v '^https\?:' | while read -r link; do
		[ -z "$link" ] || realpath -ms --relative-to=. "$folder/$link"
	done
	grep -oE '`(sfi-pass|wrappergen|runtime|kmod|drivers|test|benchmarks|docs)/[A-Za-z0-9_./-]*`' "$page" | tr -d '`'
done | sort -u
