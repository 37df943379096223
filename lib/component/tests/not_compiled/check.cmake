# SPDX-License-Identifier: BSD-2-Clause
# Compiles one case of SOURCE. EXPECTED empty: it compiles; else it does not, and the compiler says EXPECTED.
execute_process(
  COMMAND ${COMPILER} -stdlib=libc++ -std=c++23 -fsyntax-only -I${ROOT} -DCASE=${CASE} ${SOURCE}
  RESULT_VARIABLE status
  ERROR_VARIABLE said)
if(EXPECTED STREQUAL "")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "case ${CASE} is to compile:\n${said}")
  endif()
elseif(status EQUAL 0)
  message(FATAL_ERROR "case ${CASE} compiles, and must not")
elseif(NOT said MATCHES "${EXPECTED}")
  message(FATAL_ERROR "case ${CASE} is refused for another reason:\n${said}")
endif()
