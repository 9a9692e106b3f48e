# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin's own list of fingerprints becomes part of it: there is no file to look for.
# Sets OWN_LIST_C, the source that holds the bytes of own.csv.

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/own.csv)
file(READ ${CMAKE_CURRENT_LIST_DIR}/own.csv OWN_LIST HEX)
string(REGEX REPLACE "(..)" "0x\\1," OWN_LIST "${OWN_LIST}")
set(OWN_LIST_C ${PROJECT_BINARY_DIR}/own_list.c)
configure_file(${CMAKE_CURRENT_LIST_DIR}/own_list.c.in ${OWN_LIST_C} @ONLY)
