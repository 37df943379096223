# SPDX-License-Identifier: BSD-2-Clause
# The functions with which every folder says what it is made of. docs/contributing.md lists them.
include_guard(GLOBAL)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(BULKHEAD_WARNINGS -Wall -Wextra -Werror)
set(BULKHEAD_GENERATED ${PROJECT_BINARY_DIR}/generated)
include_directories(${PROJECT_SOURCE_DIR} ${BULKHEAD_GENERATED})

# Binaries name their sources below /bulkhead, wherever the tree lies: the same source is the same image.
# `verify symbols` and `./bulkhead gdb` know the name.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=/bulkhead)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Adds each named folder of the current one, or, where it has no CMakeLists.txt, the folders in it. Objects
# lie under tree/, so that build/host/tools/NAME can be the tool NAME and not the folder of its objects.
function(bulkhead_add_folders)
  foreach(folder ${ARGV})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
      add_subdirectory(${folder} ${PROJECT_BINARY_DIR}/tree/${path})
    else()
      file(GLOB children RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${folder}/*)
      foreach(child ${children})
        if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${child})
          bulkhead_add_folders(${child})
        endif()
      endforeach()
    endif()
  endforeach()
endfunction()

# bulkhead_contract(NAME): generated/contract/NAME.hpp from contracts/NAME.contract. Any folder that uses a
# contract may say so; the rule is made once.
function(bulkhead_contract name)
  if(TARGET contract-${name})
    return()
  endif()
  if(BULKHEAD_HOST)
    set(compiler contractc)
  else()
    set(compiler ${BULKHEAD_TOOLS}/contractc)
  endif()
  set(source ${PROJECT_SOURCE_DIR}/contracts/${name}.contract)
  set(header ${BULKHEAD_GENERATED}/generated/contract/${name}.hpp)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${compiler} --out ${BULKHEAD_GENERATED} --depfile ${header}.d ${source}
    DEPENDS ${source} ${compiler}
    DEPFILE ${header}.d
    COMMENT "Contract ${name}"
    VERBATIM)
  add_custom_target(contract-${name} DEPENDS ${header})
endfunction()

# Makes a target wait for the headers of the contracts that it includes.
function(bulkhead_use_contracts target)
  foreach(contract ${ARGN})
    bulkhead_contract(${contract})
    add_dependencies(${target} contract-${contract})
  endforeach()
endfunction()

# bulkhead_library(NAME SOURCES ... [CONTRACTS ...] [LIBRARIES ...]): a static library whose sources are
# freestanding. In the host tree it carries the sanitizers and the coverage that fuzzers steer by.
function(bulkhead_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;CONTRACTS;LIBRARIES")
  add_library(${name} STATIC ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${BULKHEAD_WARNINGS})
  target_link_libraries(${name} PUBLIC ${arg_LIBRARIES})
  bulkhead_use_contracts(${name} ${arg_CONTRACTS})
  if(BULKHEAD_HOST)
    target_link_libraries(${name} PRIVATE bulkhead_sanitized)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
  else()
    target_compile_options(${name} PRIVATE ${BULKHEAD_COMPONENT_FLAGS})
  endif()
endfunction()

if(BULKHEAD_HOST)
  include(${CMAKE_CURRENT_LIST_DIR}/Host.cmake)
else()
  include(${CMAKE_CURRENT_LIST_DIR}/Target.cmake)
endif()
