#!/bin/sh
# cached_compile.sh COMPILER ARGUMENT...: compiles through ccache. Where a precompiled header is made anew, ccache would hash the old one
# that still lies there instead of the headers it is made of, and bring back a stale one: it goes first.
output= header= before=
for argument in "$@"; do
  [ "$before" = -o ] && output=$argument
  [ "$before" = -x ] && [ "$argument" = c++-header ] && header=yes
  before=$argument
done
[ -z "$header" ] || rm -f -- "$output"
exec ccache "$@"
