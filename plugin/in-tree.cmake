# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin as one of Wireshark's own: this checkout lies in plugins/epan/interference of Wireshark's
# source and is named in its CMakeListsCustom.txt, see docs/guide.md. Wireshark brings the compiler's
# options, the libraries and the place to install to; tests and documents stay with our own build.

include(WiresharkPlugin)

set_module_info(interference ${PROJECT_VERSION_MAJOR} ${PROJECT_VERSION_MINOR}
    ${PROJECT_VERSION_PATCH} 0)

# No library between them: Wireshark has a target named "dissectors", too.
include(dissectors/sources.cmake)
file(GLOB PLUGIN_FILES CONFIGURE_DEPENDS plugin/*.c plugin/results/*.c)
list(APPEND PLUGIN_FILES ${DISSECTORS})

add_wireshark_plugin_library(interference epan)
target_include_directories(interference PRIVATE dissectors plugin/results)
target_link_libraries(interference epan wiretap wsutil)

install_plugin(interference epan)
