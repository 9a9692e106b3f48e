# SPDX-License-Identifier: GPL-2.0-or-later
# Sets DISSECTORS, the sources of the judging: a new file in a room of dissectors/ is found by itself.
file(GLOB DISSECTORS CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_LIST_DIR}/*.c ${CMAKE_CURRENT_LIST_DIR}/*/*.c)
include(${CMAKE_CURRENT_LIST_DIR}/fingerprints/own_list.cmake)
list(APPEND DISSECTORS ${OWN_LIST_C})
