# SPDX-License-Identifier: BSD-2-Clause
# The host tree: tools, unit tests and fuzzers. They use libc++, as the target does, so that what compiles
# here compiles there; GoogleTest is therefore built from Debian's sources instead of its libstdc++ library.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-stdlib=libc++>)
add_link_options(-stdlib=libc++ -fuse-ld=lld-19)
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

# Whatever a sanitizer says ends the program, so that it fails the test that provoked it.
add_library(bulkhead_sanitized INTERFACE)
target_compile_options(bulkhead_sanitized INTERFACE -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined
                                                    -fno-sanitize-recover=all)
target_link_options(bulkhead_sanitized INTERFACE -fsanitize=address,undefined)

# One GoogleTest with sanitizers and one without: libc++'s containers must not cross between the two.
find_package(Threads REQUIRED)
foreach(variant sanitized plain)
  add_library(googletest_${variant} STATIC EXCLUDE_FROM_ALL
              /usr/src/googletest/googletest/src/gtest-all.cc /usr/src/googletest/googletest/src/gtest_main.cc)
  target_include_directories(googletest_${variant} SYSTEM PUBLIC /usr/src/googletest/googletest/include)
  target_include_directories(googletest_${variant} PRIVATE /usr/src/googletest/googletest)
  target_compile_options(googletest_${variant} PRIVATE -w)
  # <cxxabi.h>, which it would print types with, takes the name abi, and that is ours.
  target_compile_definitions(googletest_${variant} PUBLIC GTEST_HAS_CXXABI_H_=0)
  target_link_libraries(googletest_${variant} PUBLIC Threads::Threads)
endforeach()
target_link_libraries(googletest_sanitized PUBLIC bulkhead_sanitized)

# bulkhead_unit_test(NAME SOURCES ... [LIBRARIES ...] [CONTRACTS ...] [EXHAUSTIVE]): a GoogleTest program,
# registered with CTest as one test. EXHAUSTIVE is for searches that visit millions of states: -O2 and no
# sanitizers (its LIBRARIES must then be header-only).
function(bulkhead_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "EXHAUSTIVE" "" "SOURCES;LIBRARIES;CONTRACTS")
  set(variant sanitized)
  if(arg_EXHAUSTIVE)
    set(variant plain)
  endif()
  set(target test-${name})
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                                                 ${PROJECT_BINARY_DIR}/tests)
  target_compile_options(${target} PRIVATE ${BULKHEAD_WARNINGS})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} googletest_${variant})
  bulkhead_use_contracts(${target} ${arg_CONTRACTS})
  add_test(NAME ${name} COMMAND ${target} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# bulkhead_host_tool(NAME SOURCES ... [LIBRARIES ...]): build/host/tools/NAME. The target keeps the name, and
# `tools` is all of them: what booting the system needs of this tree.
add_custom_target(tools)
function(bulkhead_host_tool name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tools)
  target_compile_options(${name} PRIVATE ${BULKHEAD_WARNINGS})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} bulkhead_sanitized)
  add_dependencies(tools ${name})
endfunction()

# bulkhead_fuzz_test(NAME SOURCES ... [LIBRARIES ...] [CONTRACTS ...]): a libFuzzer program
# build/host/fuzz/NAME, whose corpus is the folder tests/fuzz/corpus/NAME. `fuzzers` is all of them.
add_custom_target(fuzzers)
function(bulkhead_fuzz_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;CONTRACTS")
  set(target fuzz-${name})
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                                                 ${PROJECT_BINARY_DIR}/fuzz)
  target_compile_options(${target} PRIVATE ${BULKHEAD_WARNINGS} -fsanitize=fuzzer)
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${target} PRIVATE -l:libstdc++.so.6)
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} bulkhead_sanitized)
  bulkhead_use_contracts(${target} ${arg_CONTRACTS})
  add_dependencies(fuzzers ${target})
endfunction()

# What only the target tree makes is nothing here, so that a folder may say it without asking.
function(bulkhead_component)
endfunction()
function(bulkhead_program)
endfunction()
function(bulkhead_kernel)
endfunction()
