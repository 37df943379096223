# SPDX-License-Identifier: BSD-2-Clause
# The target tree: the kernel, the components, and the Linux programs that belong to the system.
set(BULKHEAD_COMPONENT_FLAGS -fno-omit-frame-pointer)

# memcpy, memmove, memset and memcmp, which the compiler calls of its own accord.
add_library(memory-functions STATIC EXCLUDE_FROM_ALL
            ${PROJECT_SOURCE_DIR}/lib/base/memory.cpp ${PROJECT_SOURCE_DIR}/lib/base/find_byte.cpp)
target_compile_options(memory-functions PRIVATE ${BULKHEAD_WARNINGS} ${BULKHEAD_COMPONENT_FLAGS})

set(link_flags -static -zkeep-text-section-prefix --fatal-warnings --gc-sections --build-id=sha1 -zseparate-code -zmax-page-size=4096
               -znorelro -znoexecstack)

# bulkhead_kernel(SOURCES ... LINKER_SCRIPT kernel.ld): build/target/kernel.elf. Every source is listed, also
# those of lib/: libraries are compiled for user mode, and the kernel's red zone and addresses differ.
function(bulkhead_kernel)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "LINKER_SCRIPT" "SOURCES;CONTRACTS")
  get_filename_component(script ${arg_LINKER_SCRIPT} ABSOLUTE)
  add_executable(kernel ${arg_SOURCES})
  set_target_properties(kernel PROPERTIES OUTPUT_NAME kernel.elf RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
                                          LINK_DEPENDS ${script})
  target_compile_options(kernel PRIVATE ${BULKHEAD_WARNINGS} -mno-red-zone -mcmodel=kernel)
  target_link_options(kernel PRIVATE ${link_flags} "SHELL:-T ${script}")
  bulkhead_use_contracts(kernel ${arg_CONTRACTS})
endfunction()

# bulkhead_component(NAME SOURCES ... [CONTRACTS ...] [LIBRARIES ...]): build/target/components/NAME, linked
# at the base that every component shares; the kernel loads text, constants and data as three regions.
function(bulkhead_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;CONTRACTS;LIBRARIES")
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/manifest.toml)
    message(WARNING "component ${name}: no manifest.toml beside its CMakeLists.txt, so no image will hold it")
  endif()
  set(target component-${name})
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                                                 ${PROJECT_BINARY_DIR}/components)
  target_compile_options(${target} PRIVATE ${BULKHEAD_WARNINGS} ${BULKHEAD_COMPONENT_FLAGS})
  target_link_options(${target} PRIVATE ${link_flags} --image-base=0x40000000 "SHELL:-e _start"
                      "SHELL:-u component_inject_exit")  # nothing calls the ways to fail; injection wants them
  set(libraries ${arg_LIBRARIES} component contract base)
  list(REMOVE_DUPLICATES libraries)
  list(TRANSFORM libraries REPLACE "(.+)" "$<TARGET_NAME_IF_EXISTS:\\1>")
  target_link_libraries(${target} PRIVATE ${libraries} memory-functions)
  bulkhead_use_contracts(${target} ${arg_CONTRACTS})
endfunction()

# bulkhead_program(NAME SOURCES ... [LIBRARIES -lm ...]): build/target/programs/NAME, a static Linux program
# on musl, put into the image's root. C is compiled by musl-gcc. C++ is the freestanding dialect of the rest
# (libc++'s headers, no exceptions, no heap in the language) with musl's C library.
function(bulkhead_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;CONTRACTS")
  set(include -I${PROJECT_SOURCE_DIR} -I${BULKHEAD_GENERATED})
  set(common -O2 -g -ffile-prefix-map=${PROJECT_SOURCE_DIR}=/bulkhead ${BULKHEAD_WARNINGS} ${include} -D_GNU_SOURCE)
  set(objects)
  set(contracts)
  foreach(contract ${arg_CONTRACTS})
    bulkhead_contract(${contract})
    list(APPEND contracts ${BULKHEAD_GENERATED}/generated/contract/${contract}.hpp)
  endforeach()
  foreach(source ${arg_SOURCES})
    get_filename_component(path ${source} ABSOLUTE)
    string(MAKE_C_IDENTIFIER ${source} object)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.${object}.o)
    if(source MATCHES "\\.cpp$")
      set(compile clang++-19 --target=x86_64-linux-musl -std=c++23 -fno-exceptions -fno-rtti -fno-pic
                  -fno-threadsafe-statics -nostdlibinc -nostdinc++ -isystem ${PROJECT_SOURCE_DIR}/cmake/libcxx
                  -isystem /usr/lib/llvm-19/include/c++/v1 -isystem /usr/include/x86_64-linux-musl)
    else()
      set(compile musl-gcc -std=gnu17 -fno-pie)
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${compile} ${common} -MD -MF ${object}.d -MT ${object} -c ${path} -o ${object}
      DEPENDS ${path} ${contracts}
      DEPFILE ${object}.d
      COMMENT "Program ${name}: ${source}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(program ${PROJECT_BINARY_DIR}/programs/${name})
  add_custom_command(
    OUTPUT ${program}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/programs
    COMMAND musl-gcc -static -no-pie -g ${objects} -o ${program} ${arg_LIBRARIES}
    DEPENDS ${objects}
    COMMENT "Program ${name}"
    VERBATIM)
  add_custom_target(program-${name} ALL DEPENDS ${program})
endfunction()

# What only the host tree makes is nothing here, so that a folder may say it without asking.
function(bulkhead_unit_test)
endfunction()
function(bulkhead_host_tool)
endfunction()
function(bulkhead_fuzz_test)
endfunction()
