# The version of pmill, as its package has it; interfaces may change with the minor one until 1.0.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../../__init__.py" PACKAGE_VERSION
  REGEX "^__version__ = ")
string(REGEX REPLACE "^__version__ = \"([^\"]+)\"$" "\\1" PACKAGE_VERSION "${PACKAGE_VERSION}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" _pmill_minor "${PACKAGE_VERSION}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" _pmill_wanted "${PACKAGE_FIND_VERSION}")
if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION
    OR NOT (_pmill_wanted STREQUAL _pmill_minor OR PACKAGE_FIND_VERSION STREQUAL ""))
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
else()
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
endif()
unset(_pmill_minor)
unset(_pmill_wanted)
