# Click configurations as targets of a CMake project.
#
#   find_package(pmill CONFIG REQUIRED)      # -DCMAKE_PREFIX_PATH=$(pmill --cmakedir)
#
#   pmill_add_executable(NAME CONFIG router.click
#     [DEFINES NAME=VALUE...]      # variables of the configuration
#     [INCLUDE DIR...]             # directories of further element headers
#     [OPT 0|1|2|3]                # 3
#     [MARCH CPU]                  # native
#     [PROFILE TRACE.pcap]         # make the ways fast that its packets take
#     [OPTIONS WORD...]            # further words for `pmill compile`
#     [EMIT exe|object|source])    # a program; an object NAME.o; the C++ text NAME.cc
#
#   pmill_add_library(NAME CONFIG router.click [DEFINES ...] [INCLUDE ...] [OPT ...] [MARCH ...]
#     [PROFILE ...] [OPTIONS ...])
#   target_link_libraries(application PRIVATE NAME)   # which has NAME.h then, and DPDK
#
# They are built with the others. The target NAME is a program as add_executable(IMPORTED) makes one,
# or a library as add_library(STATIC IMPORTED) does; an object or a text is the property PMILL_OUTPUT
# of the target NAME. What a configuration depends on, libraries, files and element headers, is known
# after its first build: touching one builds anew what uses it.

cmake_minimum_required(VERSION 3.20)

# The command beside the Python that these files belong to, and no other, unless the user says so.
find_program(PMILL_COMMAND pmill HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../../../../bin"
  DOC "pmill's command")
if(NOT PMILL_COMMAND)
  set(pmill_FOUND FALSE)
  set(pmill_NOT_FOUND_MESSAGE
    "there is no command 'pmill': set PMILL_COMMAND, or put it on PATH (pip install pmill)")
  return()
endif()

# Makes a target NAME-build that compiles a configuration, by `more` words, to `file` and, beside it,
# `also`. Its path is `output` in the caller's scope.
function(_pmill_add caller name file also more)
  cmake_parse_arguments(PARSE_ARGV 5 arg "" "CONFIG;OPT;MARCH;PROFILE" "DEFINES;INCLUDE;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${caller}(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT arg_CONFIG)
    message(FATAL_ERROR "${caller}(${name}): CONFIG names no configuration")
  endif()
  set(words ${more} ${arg_OPTIONS})
  if(DEFINED arg_OPT)
    list(APPEND words -O${arg_OPT})
  endif()
  if(arg_MARCH)
    list(APPEND words --march ${arg_MARCH})
  endif()
  foreach(folder IN LISTS arg_INCLUDE)
    get_filename_component(folder "${folder}" ABSOLUTE)
    list(APPEND words -I "${folder}")
  endforeach()
  if(arg_PROFILE)
    get_filename_component(profile "${arg_PROFILE}" ABSOLUTE)
    list(APPEND words --profile "${profile}")
  endif()
  get_filename_component(config "${arg_CONFIG}" ABSOLUTE)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${file}")

  # The stamp, because CMake takes a file for the target whose location it is: a program that is
  # its own output would need itself.
  set(stamp "${output}.stamp")
  add_custom_command(
    OUTPUT "${output}" "${stamp}" ${also}
    COMMAND "${PMILL_COMMAND}" compile "${config}" ${words} ${arg_DEFINES}
            -o "${output}" --depfile "${output}.d"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS "${config}" ${profile}
    DEPFILE "${output}.d"
    COMMENT "Compiling ${arg_CONFIG}"
    VERBATIM)
  add_custom_target(${name}-build ALL DEPENDS "${stamp}")
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(pmill_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EMIT" "")
  if(NOT arg_EMIT)
    set(arg_EMIT exe)
  endif()
  set(words_exe "")
  set(words_object --emit=obj)
  set(words_source --emit=cpp)
  set(suffix_exe "")
  set(suffix_object .o)
  set(suffix_source .cc)
  if(NOT DEFINED suffix_${arg_EMIT})
    message(FATAL_ERROR
      "pmill_add_executable(${name}): EMIT is exe, object or source, not '${arg_EMIT}'")
  endif()
  _pmill_add(pmill_add_executable ${name} "${name}${suffix_${arg_EMIT}}" ""
    "${words_${arg_EMIT}}" ${arg_UNPARSED_ARGUMENTS})
  if(arg_EMIT STREQUAL exe)
    add_executable(${name} IMPORTED GLOBAL)
    set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${output}")
    add_dependencies(${name} ${name}-build)
  else()
    add_custom_target(${name} ALL)
    add_dependencies(${name} ${name}-build)
  endif()
  set_target_properties(${name} PROPERTIES PMILL_OUTPUT "${output}")
endfunction()

function(pmill_add_library name)
  find_package(PkgConfig REQUIRED)
  if(NOT TARGET PkgConfig::pmill_dpdk)
    pkg_check_modules(pmill_dpdk REQUIRED IMPORTED_TARGET GLOBAL libdpdk)
  endif()
  set(header "${CMAKE_CURRENT_BINARY_DIR}/${name}.h")
  _pmill_add(pmill_add_library ${name} "lib${name}.a" "${header}" "--library;${name}" ${ARGN})
  add_library(${name} STATIC IMPORTED GLOBAL)
  # Inside it is C++, which the linker of a C program does not know.
  set_target_properties(${name} PROPERTIES
    IMPORTED_LOCATION "${output}"
    INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_BINARY_DIR}"
    INTERFACE_LINK_LIBRARIES "PkgConfig::pmill_dpdk;stdc++;m"
    PMILL_OUTPUT "${output}")
  add_dependencies(${name} ${name}-build)
endfunction()
