# How every target of ours is compiled. Generated protobuf code is left out (see EbbTargets.cmake): it is not ours to warn about, and
# compiling it with sanitizers costs half a minute a file.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Optimisation is set on our own targets below, so that generated code is compiled alike in every preset and ccache serves it to all.
set(CMAKE_CXX_FLAGS_RELEASE "")
set(CMAKE_CXX_FLAGS_DEBUG "")

# The same for libraries and programs, because one precompiled header serves both.
add_compile_options(-fPIE -pthread)
add_link_options(-pie -pthread)

set(EBB_SANITIZE "" CACHE STRING "Sanitizers for our own code: empty, address,undefined or thread")
option(EBB_BENCHMARKS "Build the benchmarks" ON)
option(EBB_PRECOMPILE "Use precompiled headers; the thread sanitizer needs them (cmake/ProtobufLayout.h)" ON)

add_library(ebb_options INTERFACE)
target_include_directories(ebb_options INTERFACE ${CMAKE_SOURCE_DIR})
# Debug builds are Clang's, unoptimised but for hot libraries (EbbTargets.cmake): with both sanitizers GCC 12 takes 32 s for a file that
# includes gRPC, Clang 14 at -O0 9 s.
# Tests themselves are compiled at -O1 in release: GCC 12 takes less than half the time for them, and what they test is optimised fully.
# -ffp-contract=off: equal bits on every x86-64 CPU (invariant I8).
# Unity builds include sources, and GCC takes what an included file keeps to itself for a header's mistake.
# Once the standard headers are precompiled, GCC 12 finds bounds broken inside std::string itself; the sanitizers watch ours.
target_compile_options(ebb_options INTERFACE -Wall -Wextra -Werror -ffp-contract=off
  $<$<CONFIG:Release>:-O$<IF:$<BOOL:$<TARGET_PROPERTY:EBB_TEST>>,1,2>> $<$<CONFIG:Debug>:-O$<IF:$<BOOL:$<TARGET_PROPERTY:EBB_HOT>>,1,0>> $<$<CONFIG:Debug>:-g1 -fno-omit-frame-pointer>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread> $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage> $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
target_compile_definitions(ebb_options INTERFACE $<$<CONFIG:Release>:EIGEN_NO_DEBUG>)
if(EBB_SANITIZE)
  target_compile_options(ebb_options INTERFACE -fsanitize=${EBB_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(ebb_options INTERFACE -fsanitize=${EBB_SANITIZE})
  if(EBB_SANITIZE STREQUAL "thread")
    target_compile_definitions(ebb_options INTERFACE EBB_TSAN)
  endif()
endif()

# Sanitized programs take GNU's linker five times as long.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  find_program(EBB_LLD ld.lld PATHS /usr/lib/llvm-14/bin)
  if(EBB_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

# Paths become relative to the build folder, so that presets and other checkouts share the cache. It keeps what a precompiled header made
# only when told that a macro or a date does not change there.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CMAKE_SOURCE_DIR}/cmake/cached_compile.sh)
endif()
