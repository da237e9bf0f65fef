# Makes a source file of the C++ blocks of a page of the guide, in order, so that what readers copy is what the tests
# compile and run. Errors name the page and its line.
#   cmake -DPAGE=docs/guide/tutorial.md -DOUTPUT=tutorial.cpp -P scripts/extract_code.cmake

file(READ ${PAGE} text)
# Lists are split at semicolons, and brackets keep them together: out of the way while lines are walked.
string(REPLACE ";" "<semicolon>" text "${text}")
string(REPLACE "[" "<open>" text "${text}")
string(REPLACE "]" "<close>" text "${text}")
string(REPLACE "\n" ";" lines "${text}")

set(code "// The code of ${PAGE}.\n")
set(number 0)
set(inside FALSE)
foreach(line IN LISTS lines)
  math(EXPR number "${number} + 1")
  if(inside AND line STREQUAL "```")
    set(inside FALSE)
  elseif(inside)
    string(APPEND code "${line}\n")
  elseif(line STREQUAL "```cpp")
    set(inside TRUE)
    math(EXPR next "${number} + 1")
    string(APPEND code "#line ${next} \"${PAGE}\"\n")
  endif()
endforeach()
string(REPLACE "<semicolon>" ";" code "${code}")
string(REPLACE "<open>" "[" code "${code}")
string(REPLACE "<close>" "]" code "${code}")
file(WRITE ${OUTPUT}.new "${code}")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
file(REMOVE ${OUTPUT}.new)
