# What an outside author gets from `cmake --install build/release --component durable --prefix DIR`: the engine and its
# testing kit as CMake package `durable` (find_package(durable), link durable::worker, durable::client, durable::testing),
# and the determinism gate with its rules. tests/package builds a project against it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/durable)
set(package_targets
  engine_workflow engine_replay engine_schedule engine_payloads engine_search engine_store engine_client engine_deploy
  engine_worker durable_trap durable_test_cluster durable_testing private_cluster schema net)
# durable::worker, durable::testing; durable::schema and the other inner ones come along.
foreach(target ${package_targets})
  string(REGEX REPLACE "^(engine|durable)_" "" exported ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${exported})
endforeach()

install(TARGETS ${package_targets} EXPORT durable
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/durable COMPONENT durable
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/durable)
install(DIRECTORY engine DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/durable COMPONENT durable
  FILES_MATCHING PATTERN "*.hpp" PATTERN gate EXCLUDE PATTERN package EXCLUDE PATTERN sql EXCLUDE)
install(FILES schema/migrate.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/durable/schema COMPONENT durable)
install(DIRECTORY api/cluster DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/durable/api COMPONENT durable
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT durable NAMESPACE durable:: FILE durable_targets.cmake DESTINATION ${package_folder} COMPONENT durable)

write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/durable-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES engine/package/durable-config.cmake ${CMAKE_BINARY_DIR}/package/durable-config-version.cmake
  DESTINATION ${package_folder} COMPONENT durable)

install(TARGETS determinism_gate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT durable)
install(FILES ${gate_rules} DESTINATION ${CMAKE_INSTALL_DATADIR}/durable/gate COMPONENT durable)
