# Installs the engine as an outside author would, builds a project that knows only the prefix, and runs it.
#   cmake -DBUILD=build/dev -DPROJECT=tests/package/outside -DCOMPILER=clang++-19 -DFOLDER=... -P build_outside.cmake

file(REMOVE_RECURSE ${FOLDER})
function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
  if(failed)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}\n${said}")
  endif()
  set(said "${said}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --component durable --prefix ${FOLDER}/prefix)
run(${CMAKE_COMMAND} -S ${PROJECT} -B ${FOLDER}/build -G Ninja -DCMAKE_BUILD_TYPE=Debug
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${FOLDER}/prefix)
run(${CMAKE_COMMAND} --build ${FOLDER}/build)
run(${FOLDER}/build/outside_test)
message("${said}")
file(REMOVE_RECURSE ${FOLDER})
