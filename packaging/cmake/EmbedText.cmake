# cmake -DOUTPUT=file.cpp -DHEADER=... -DFUNCTION=engine::embeddedTemplates "-DFILES=a;b" -P EmbedText.cmake
# Writes a source file that holds text files under their names.
set(rows "")
set(texts "")
set(index 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  string(APPEND texts "constexpr std::string_view kText${index} = R\"embedded(${content})embedded\";\n")
  string(APPEND rows "    {\"${name}\", kText${index}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from resources by packaging/cmake/EmbedText.cmake.\n#include \"${HEADER}\"\n\nnamespace {\n\n"
  "${texts}\nconstexpr engine::EmbeddedFile kFiles[] = {\n${rows}};\n\n}  // namespace\n\n"
  "std::span<const engine::EmbeddedFile> ${FUNCTION}() { return kFiles; }\n")
