# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed beside the plugin, and the packages: profile, documents, man page.
#
#   cmake --install build                      where this Wireshark looks for them
#   cmake --build build --target profile-zip   for Edit, Configuration Profiles, Import
#   cd build && cpack -G DEB                   a Debian package for this minor version of Wireshark

set(PACKAGE wireshark-plugin-interference)
set(WIRESHARK_MINOR ${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION})

# A plugin anywhere else is not found. Whoever gives a prefix has reasons, and is told.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set_property(CACHE CMAKE_INSTALL_PREFIX PROPERTY VALUE ${Wireshark_INSTALL_PREFIX})
endif()
if(NOT CMAKE_INSTALL_PREFIX STREQUAL Wireshark_INSTALL_PREFIX)
    message(STATUS "This Wireshark does not look for plugins below ${CMAKE_INSTALL_PREFIX}"
        " (but below ${Wireshark_INSTALL_PREFIX})")
endif()

# The folder that this Wireshark calls its "Global configuration", relative to its prefix.
set(WIRESHARK_DATA share/wireshark)
find_program(INTERFERENCE_TSHARK tshark HINTS ${Wireshark_INSTALL_PREFIX}/bin)
if(INTERFERENCE_TSHARK)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=WIRESHARK_DATA_DIR ${INTERFERENCE_TSHARK} -G folders
        OUTPUT_VARIABLE FOLDERS ERROR_QUIET)
    if(FOLDERS MATCHES "Global configuration:[ \t]*${Wireshark_INSTALL_PREFIX}/([^\n]+)")
        set(WIRESHARK_DATA ${CMAKE_MATCH_1})
    endif()
endif()

# Before anything is put anywhere: half an installation could not be taken away again.
install(CODE "
    foreach(file interference.so interference-scan interference-compare documents/interference.7.gz documents/changelog.gz)
        if(NOT EXISTS \"${PROJECT_BINARY_DIR}/\${file}\")
            message(FATAL_ERROR \"\${file} is not built yet: cmake --build ${PROJECT_BINARY_DIR}\")
        endif()
    endforeach()")
set(DOCUMENTS share/doc/${PACKAGE})
install(TARGETS interference LIBRARY DESTINATION ${Wireshark_PLUGIN_LIBDIR}/epan NAMELINK_SKIP)
install(DIRECTORY plugin/profile/Interference DESTINATION ${WIRESHARK_DATA}/profiles)
# With all that their links lead to.
file(GLOB TOP_DOCUMENTS CONFIGURE_DEPENDS *.md LICENSE)
install(FILES ${TOP_DOCUMENTS} DESTINATION ${DOCUMENTS})
install(DIRECTORY docs DESTINATION ${DOCUMENTS} FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.json" PATTERN "*.jq")
foreach(folder captures/scripted captures/lab tests/bench)
    install(FILES ${folder}/README.md DESTINATION ${DOCUMENTS}/${folder})
endforeach()
message(STATUS "Wireshark ${Wireshark_VERSION}: plugin goes to"
    " ${CMAKE_INSTALL_PREFIX}/${Wireshark_PLUGIN_LIBDIR}/epan,"
    " profile to ${CMAKE_INSTALL_PREFIX}/${WIRESHARK_DATA}/profiles")

# compressed(FILE RESULT): built with everything else, without a time in it.
find_program(GZIP gzip REQUIRED)
function(compressed file result)
    file(MAKE_DIRECTORY ${COMPRESSED})
    add_custom_command(OUTPUT ${result} DEPENDS ${file} VERBATIM
        COMMAND sh -c "\"$1\" -9nc \"$2\" >\"$3\"" - ${GZIP} ${file} ${result})
endfunction()

set(COMPRESSED ${PROJECT_BINARY_DIR}/documents)
compressed(${PROJECT_SOURCE_DIR}/docs/interference.7 ${COMPRESSED}/interference.7.gz)
compressed(${PROJECT_SOURCE_DIR}/docs/interference-doctor.1 ${COMPRESSED}/interference-doctor.1.gz)
compressed(${PROJECT_SOURCE_DIR}/docs/interference-batch.1 ${COMPRESSED}/interference-batch.1.gz)
compressed(${PROJECT_SOURCE_DIR}/docs/interference-scan.1 ${COMPRESSED}/interference-scan.1.gz)
compressed(${PROJECT_SOURCE_DIR}/docs/interference-share.1 ${COMPRESSED}/interference-share.1.gz)
compressed(${PROJECT_SOURCE_DIR}/docs/interference-compare.1 ${COMPRESSED}/interference-compare.1.gz)
compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${COMPRESSED}/changelog.gz)
install(FILES ${COMPRESSED}/interference.7.gz DESTINATION share/man/man7)
install(FILES ${COMPRESSED}/interference-doctor.1.gz ${COMPRESSED}/interference-batch.1.gz
    ${COMPRESSED}/interference-scan.1.gz ${COMPRESSED}/interference-share.1.gz
    ${COMPRESSED}/interference-compare.1.gz DESTINATION share/man/man1)
install(FILES ${COMPRESSED}/changelog.gz DESTINATION ${DOCUMENTS})

install(PROGRAMS plugin/doctor DESTINATION bin RENAME interference-doctor)
install(TARGETS interference-scan interference-compare RUNTIME DESTINATION bin)

# interference-batch is one file: a job on another host needs no more than its path. So is interference-share.
# They are built with the plugin, so that whoever has built that can install.
find_program(PYTHON3 python3 PATHS /usr/bin NO_DEFAULT_PATH)    # Debian's modules are only there
find_program(PYTHON3 python3)
# zipped_program(NAME): interference-NAME of plugin/NAME.
function(zipped_program name)
    set(program ${PROJECT_BINARY_DIR}/interference-${name})
    file(GLOB parts CONFIGURE_DEPENDS plugin/${name}/*.py plugin/${name}/interference_${name}/*.*)
    add_custom_command(OUTPUT ${program} DEPENDS ${parts} plugin/batch/zipped VERBATIM
        COMMAND ${PYTHON3} -B ${PROJECT_SOURCE_DIR}/plugin/batch/zipped ${PROJECT_SOURCE_DIR}/plugin/${name} ${program})
    add_custom_target(${name} ALL DEPENDS ${program})
    add_dependencies(interference ${name})
    install(PROGRAMS ${program} DESTINATION bin)
endfunction()

if(PYTHON3)
    zipped_program(batch)
    zipped_program(share)
else()
    message(STATUS "There is no python3: interference-batch and -share are not built, and not installed")
endif()

install(FILES captures/scripted/dns/dns-three-injectors.pcap captures/scripted/dns/dns-three-injectors.truth
    DESTINATION share/${PACKAGE})

# One folder in it, as Wireshark's import wants it.
set(PROFILE_ZIP ${PROJECT_BINARY_DIR}/interference-profile-${PROJECT_VERSION}.zip)
add_custom_target(profile-zip
    COMMAND ${CMAKE_COMMAND} -E rm -f ${PROFILE_ZIP}
    COMMAND ${CMAKE_COMMAND} -E tar cf ${PROFILE_ZIP} --format=zip Interference
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/plugin/profile
    COMMENT "${PROFILE_ZIP}" VERBATIM)

# ---- Debian ----

# One package name; the version says which Wireshark it is for, and grows with it.
set(DEBIAN_VERSION ${PROJECT_VERSION}-1+ws${WIRESHARK_MINOR})
math(EXPR NEXT_MINOR "${Wireshark_MINOR_VERSION} + 1")
configure_file(plugin/debian/changelog.in documents/changelog.Debian @ONLY)
compressed(${COMPRESSED}/changelog.Debian ${COMPRESSED}/changelog.Debian.gz)
install(FILES plugin/debian/copyright ${COMPRESSED}/changelog.Debian.gz
    DESTINATION ${DOCUMENTS} COMPONENT debian EXCLUDE_FROM_ALL)
add_custom_target(documents ALL DEPENDS
    ${COMPRESSED}/interference.7.gz ${COMPRESSED}/interference-doctor.1.gz
    ${COMPRESSED}/interference-batch.1.gz ${COMPRESSED}/interference-scan.1.gz ${COMPRESSED}/interference-share.1.gz
    ${COMPRESSED}/interference-compare.1.gz
    ${COMPRESSED}/changelog.gz ${COMPRESSED}/changelog.Debian.gz)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "the interference project")
set(CPACK_PACKAGE_CONTACT "interference maintainers <maintainers@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds forged packets in Wireshark and tshark")
set(CPACK_PACKAGING_INSTALL_PREFIX ${Wireshark_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL Unspecified debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_NAME ${PACKAGE})
set(CPACK_DEBIAN_PACKAGE_VERSION ${DEBIAN_VERSION})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "wireshark-common (>= ${WIRESHARK_MINOR}~), wireshark-common (<< ${Wireshark_MAJOR_VERSION}.${NEXT_MINOR}~)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "wireshark | tshark")
# What interference-batch and interference-share need besides.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3, python3-cryptography, parallel, tcpdump")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Names the packets of a capture which the host they claim to come from did
not send: forged DNS answers, injected TCP resets, handshakes and data; and
requests that were silenced. Every finding comes with its evidence, a
confidence, and the innocent explanation that fits best.

A profile with columns, colours and filter buttons is included. The plugin
serves Wireshark ${WIRESHARK_MINOR} and no other minor version.")
include(CPack)
