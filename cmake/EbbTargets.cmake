# One function for each kind of target, so that a room's CMakeLists.txt only lists what is in the room. Sources are listed, never globbed.

# ebb_precompiled(ebb_precompiled Precompiled.h LINK lib... [TEST]): a header read once for all targets that name it with ebb_use_precompiled. The
# target has one empty file, because CMake ties a precompiled header to a target that compiles something.
function(ebb_precompiled NAME HEADER)
  cmake_parse_arguments(ARG "TEST" "" "LINK" ${ARGN})
  file(WRITE ${CMAKE_BINARY_DIR}/${NAME}.cc "")
  add_library(${NAME} STATIC ${CMAKE_BINARY_DIR}/${NAME}.cc)
  set_target_properties(${NAME} PROPERTIES EBB_TEST "${ARG_TEST}")
  target_link_libraries(${NAME} PRIVATE ebb_options ${ARG_LINK})
  target_include_directories(${NAME} SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/gen)
  add_dependencies(${NAME} ebb_proto_headers)
  target_precompile_headers(${NAME} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/${HEADER})
endfunction()

function(ebb_use_precompiled TARGET FROM)
  if(EBB_PRECOMPILE)
    target_precompile_headers(${TARGET} REUSE_FROM ${FROM})
  endif()
endfunction()

# ebb_library(ebb_model SOURCES a.cc b.cc PUBLIC dep... PRIVATE dep... [HOT]): a static library. PUBLIC only for what its headers include.
# HOT: its loops are optimised in debug builds too, because under sanitizers a training or a replay would take minutes; it reads its headers itself then,
# as a precompiled header serves one level of optimisation.
function(ebb_library NAME)
  cmake_parse_arguments(ARG "HOT" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(${NAME} PUBLIC ebb_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  set_target_properties(${NAME} PROPERTIES EBB_HOT "${ARG_HOT}")
  if(NOT ARG_HOT OR CMAKE_BUILD_TYPE STREQUAL "Release")
    ebb_use_precompiled(${NAME} ebb_precompiled)
  elseif(EBB_SANITIZE STREQUAL "thread")
    target_compile_options(${NAME} PRIVATE "SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/ProtobufLayout.h")
  endif()
endfunction()

# ebb_binary(ebb-scorer SOURCES main.cc LINK ebb_scorer): an executable in build/<preset>/bin.
function(ebb_binary NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE ebb_options ${ARG_LINK})
  ebb_use_precompiled(${NAME} ebb_precompiled)
endfunction()

# ebb_test(ebb_model_test SOURCES a_test.cc LINK ebb_model LABELS threads): one GoogleTest binary; each of its tests is a test of CTest.
# LABELS threads: also run under the thread sanitizer. FILTER: which of its tests are CTest's, as --gtest_filter; all where it is empty.
function(ebb_test NAME)
  cmake_parse_arguments(ARG "" "TIMEOUT;FILTER" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    # Ends what hangs, and nothing that a slow machine takes long for.
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${NAME} ${ARG_SOURCES})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests EBB_TEST TRUE)
  target_link_libraries(${NAME} PRIVATE ebb_options ${ARG_LINK} GTest::gmock GTest::gtest_main)
  ebb_use_precompiled(${NAME} ebb_precompiled_test)
  include(GoogleTest)
  if(NOT ARG_LABELS)
    set(ARG_LABELS plain)
  endif()
  if(NOT ARG_FILTER)
    set(ARG_FILTER "*")
  endif()
  gtest_discover_tests(${NAME} DISCOVERY_MODE PRE_TEST TEST_FILTER "${ARG_FILTER}" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "EBB_BIN_DIR=${CMAKE_BINARY_DIR}/bin")
  if("threads" IN_LIST ARG_LABELS)
    set_property(GLOBAL APPEND PROPERTY EBB_THREAD_TESTS ${NAME})
  endif()
endfunction()

# ebb_proto_library(ebb_proto IMPORT_DIRS dir... PROTOS a.proto... GRPC b.proto...): messages for PROTOS and GRPC, service stubs for GRPC.
# Paths are as they are imported. The flags are the same in every preset: ccache then compiles each file once for all of them.
function(ebb_proto_library NAME)
  cmake_parse_arguments(ARG "" "" "IMPORT_DIRS;PROTOS;GRPC" ${ARGN})
  set(GEN ${CMAKE_BINARY_DIR}/gen)
  file(MAKE_DIRECTORY ${GEN})
  set(SOURCES)
  list(TRANSFORM ARG_IMPORT_DIRS PREPEND -I OUTPUT_VARIABLE IMPORTS)
  foreach(PROTO ${ARG_PROTOS} ${ARG_GRPC})
    string(REGEX REPLACE "\\.proto$" "" STEM ${PROTO})
    foreach(DIR ${ARG_IMPORT_DIRS})
      if(EXISTS ${DIR}/${PROTO})
        set(FILE ${DIR}/${PROTO})
      endif()
    endforeach()
    set(OUT ${GEN}/${STEM}.pb.cc ${GEN}/${STEM}.pb.h)
    set(FLAGS --cpp_out=${GEN})
    if(PROTO IN_LIST ARG_GRPC)
      list(APPEND OUT ${GEN}/${STEM}.grpc.pb.cc ${GEN}/${STEM}.grpc.pb.h)
      list(APPEND FLAGS --grpc_out=${GEN} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(OUTPUT ${OUT} COMMAND protobuf::protoc ${IMPORTS} ${FLAGS} ${FILE} DEPENDS ${FILE}
      COMMENT "protoc ${PROTO}" VERBATIM)
    list(APPEND SOURCES ${OUT})
  endforeach()
  # The contracts with their comments, for the tests that read them.
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${NAME}.descriptors
    COMMAND protobuf::protoc ${IMPORTS} --include_imports --include_source_info
      --descriptor_set_out=${CMAKE_BINARY_DIR}/${NAME}.descriptors ${ARG_PROTOS} ${ARG_GRPC}
    DEPENDS ${SOURCES} COMMENT "protoc descriptors of ${NAME}" VERBATIM)
  add_custom_target(${NAME}_descriptors DEPENDS ${CMAKE_BINARY_DIR}/${NAME}.descriptors)
  set(HEADERS ${SOURCES})
  list(FILTER HEADERS INCLUDE REGEX "\\.h$")
  add_custom_target(${NAME}_headers DEPENDS ${HEADERS})
  add_library(${NAME} STATIC ${SOURCES})
  add_dependencies(${NAME} ${NAME}_headers)
  target_include_directories(${NAME} SYSTEM PUBLIC ${GEN})
  # Generated files share names, so each is compiled by itself in unity builds too.
  set_target_properties(${NAME} PROPERTIES UNITY_BUILD OFF)
  target_compile_options(${NAME} PRIVATE -O2 -w)
  target_link_libraries(${NAME} PUBLIC protobuf::libprotobuf gRPC::grpc++)
endfunction()
