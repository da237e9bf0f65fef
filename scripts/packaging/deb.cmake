# The Debian package `callflex`: program, units, default configuration, manual pages, completion, guide. Made by
# scripts/package; tried in a clean Debian by scripts/package-test.

include(GNUInstallDirs)

set(package_version ${PROJECT_VERSION}-1)
set(packaging ${CMAKE_SOURCE_DIR}/scripts/packaging)
set(package_files ${CMAKE_BINARY_DIR}/packaging)
add_custom_target(package_files
  COMMAND ${packaging}/generate $<TARGET_FILE:callflex> ${package_files} ${package_version}
  DEPENDS callflex VERBATIM)

# What a crash is traced by, when the program is stripped.
target_link_options(callflex PRIVATE -Wl,--build-id=sha1)

set(in_package COMPONENT callflex EXCLUDE_FROM_ALL)
set(documents ${CMAKE_INSTALL_DATADIR}/doc/callflex)
install(TARGETS callflex RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} ${in_package})
install(DIRECTORY ${packaging}/systemd/ DESTINATION lib/systemd/system ${in_package})
install(FILES ${packaging}/sysusers.conf DESTINATION lib/sysusers.d RENAME callflex.conf ${in_package})
install(FILES ${package_files}/callflex.toml DESTINATION /etc/callflex
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ ${in_package})
install(DIRECTORY DESTINATION /etc/callflex/credentials
  DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE ${in_package})
install(DIRECTORY ${package_files}/man/ DESTINATION ${CMAKE_INSTALL_DATADIR}/man/man1 ${in_package})
install(FILES ${package_files}/callflex.bash RENAME callflex
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions ${in_package})
install(FILES ${package_files}/_callflex DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions ${in_package})
install(FILES ${package_files}/callflex.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d ${in_package})
install(FILES ${packaging}/debian/copyright ${package_files}/changelog.gz ${package_files}/changelog.Debian.gz
  DESTINATION ${documents} ${in_package})
install(DIRECTORY docs/guide docs/monitoring DESTINATION ${documents} ${in_package})

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL callflex)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_NAME callflex)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "CallFlex maintainers <maintainers@callflex.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "AI receptionist on durable workflows and one Postgres")
set(CPACK_COMPONENT_CALLFLEX_DESCRIPTION
  "Answers and processes calls for small businesses: transcripts are kept,
 summarised and counted, people and systems are told; never lost, never
 twice, whatever dies meanwhile. One program: ingress, workers, and the
 command line for operators.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_CALLFLEX_PACKAGE_NAME callflex)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd-standalone-sysusers | systemd, ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql (>= 15)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_CALLFLEX_PACKAGE_CONTROL_EXTRA
  ${packaging}/debian/postinst ${packaging}/debian/prerm ${packaging}/debian/postrm ${packaging}/debian/conffiles)
include(CPack)
