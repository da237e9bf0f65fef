# Writes ${OUTPUT}: a header with one constexpr string a file of ${FOLDER}/${PATTERN}, and a table of them in name order.
# Raw string pieces keep each literal below the length that compilers guarantee.
file(GLOB files ${FOLDER}/${PATTERN})
list(SORT files)
string(APPEND text "#pragma once\n// Generated from ${FOLDER} by scripts/embed_sql.cmake: edit the files there.\n")
string(APPEND text "#include <array>\n#include <string_view>\n\nnamespace ${NAMESPACE} {\n\n")
# Without the suffix compilers count the characters one by one, which takes them more than a second a file.
string(APPEND text "using std::string_view_literals::operator\"\"sv;\n\n")
string(APPEND text "struct File {\n    std::string_view name;\n    std::string_view text;\n};\n\n")
set(names "")
set(count 0)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} body)
  # A migration's name begins with its number; a C++ name must not.
  string(REGEX REPLACE "^([0-9])" "migration_\\1" identifier ${name})
  string(APPEND text "inline constexpr std::string_view ${identifier} = R\"SQL(${body})SQL\"sv;\n")
  string(APPEND names "    File{\"${name}\", ${identifier}},\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND text "\ninline constexpr std::array<File, ${count}> all{{\n${names}}};\n\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${text}")
