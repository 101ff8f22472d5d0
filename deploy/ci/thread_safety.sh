#!/usr/bin/env bash
# thread_safety.sh BUILD-DIR JOBS: compiles every file of ours with Clang's thread-safety analysis as an error, from the build folder's
# compile_commands.json, without writing objects. Tests and benchmarks are left out: their locks are the ones of the code they test.
set -euo pipefail
awk -F'"' '/"command":/ { gsub(/\\"/, "\""); sub(/^ *"command": "/, ""); sub(/",?$/, ""); print }' "$1/compile_commands.json" |
  grep -vE '(_test|_bench)\.cc$|/gen/|/tests/' |
  sed -E 's/^.*ccache ([^ ]*clang)/\1/; s/ -o [^ ]+//; s/ -c / -fsyntax-only -Werror=thread-safety /' |
  (cd "$1" && xargs -d '\n' -P "$2" -I{} sh -c '{}')
echo "no finding"
