# SPDX-License-Identifier: BSD-2-Clause
# Toolchain of the target tree: clang without an operating system, libc++'s headers without its library,
# musl's C headers, and lld as the linker. Everything here holds for the kernel and for components alike;
# what differs between them is in cmake/Bulkhead.cmake.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(BULKHEAD_TARGET ON CACHE INTERNAL "this is the target tree")

set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_ASM_COMPILER clang-19)
foreach(language C CXX ASM)
  set(CMAKE_${language}_COMPILER_TARGET x86_64-unknown-none-elf)
endforeach()

# clang would link for this target through gcc, so nothing is linked while CMake tries the compiler, and
# executables are linked by lld itself.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_LINKER ld.lld-19)
foreach(language C CXX ASM)
  set(CMAKE_${language}_LINK_EXECUTABLE
      "<CMAKE_LINKER> <LINK_FLAGS> <OBJECTS> --start-group <LINK_LIBRARIES> --end-group -o <TARGET>")
  set(CMAKE_${language}_LINKER_WRAPPER_FLAG "")
endforeach()

set(machine_flags "-mno-sse -mno-mmx -fno-pic -ffreestanding -fno-stack-protector")
set(section_flags "-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-common")
set(header_flags "-nostdlibinc -isystem /usr/include/x86_64-linux-musl")
set(library_flags "-nostdinc++ -isystem ${CMAKE_CURRENT_LIST_DIR}/libcxx -isystem /usr/lib/llvm-19/include/c++/v1")

set(CMAKE_ASM_FLAGS_INIT "-nostdlibinc")
set(CMAKE_C_FLAGS_INIT "${machine_flags} ${section_flags} ${header_flags}")
set(CMAKE_CXX_FLAGS_INIT
    "${machine_flags} ${section_flags} ${library_flags} ${header_flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics")
