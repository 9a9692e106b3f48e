# SPDX-License-Identifier: GPL-2.0-or-later
# The build id: one hash over the sources of what judges, shows and prints the catalogue. A build
# carries it, and what rewrites expectations and documents refuses any but a build of its own checkout.
#
#     cmake [-D OUT=FILE] -P plugin/build_id.cmake
#
# writes the C source that carries it, if it has changed; without OUT it prints the id.

get_filename_component(top ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(kinds)
foreach(kind c h in csv cmake)
    list(APPEND kinds ${top}/dissectors/*.${kind} ${top}/plugin/*.${kind})
endforeach()
file(GLOB_RECURSE sources RELATIVE ${top} ${kinds})
list(APPEND sources CMakeLists.txt docs/catalogue.c)
list(SORT sources)

set(hashes)
foreach(source ${sources})
    file(SHA256 ${top}/${source} hash)
    string(APPEND hashes "${hash} ${source}\n")
endforeach()
string(SHA256 BUILD_ID "${hashes}")

if(OUT)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/build_id.c.in ${OUT} @ONLY)
else()
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo ${BUILD_ID})
endif()
