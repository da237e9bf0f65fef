# find_package(durable): the libraries that the engine is linked with, then its own targets. All are Debian packages.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  set(durable_FOUND FALSE)
  string(CONCAT durable_NOT_FOUND_MESSAGE
    "durable needs clang 19 or newer, this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}: workflows are "
    "coroutines, which g++ 12 miscompiles. Configure with -DCMAKE_CXX_COMPILER=clang++-19")
  return()
endif()

include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(OpenSSL)
find_dependency(PostgreSQL)
find_dependency(fmt)
find_dependency(spdlog)
find_dependency(prometheus-cpp)
find_dependency(date)
find_dependency(PkgConfig)
foreach(module pqxx:libpqxx systemd:libsystemd sodium:libsodium zstd:libzstd)
  string(REPLACE ":" ";" name_and_module ${module})
  list(GET name_and_module 0 name)
  list(GET name_and_module 1 pc)
  if(NOT TARGET PkgConfig::${name})
    pkg_check_modules(${name} REQUIRED QUIET IMPORTED_TARGET ${pc})
  endif()
endforeach()

include(${CMAKE_CURRENT_LIST_DIR}/durable_targets.cmake)
