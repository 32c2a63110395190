# hearth_qml_module(NAME URI Uri [QML file...] [SOURCES file...] [SINGLETONS file...] [LIBS lib...] [RESOURCES file...]
# [TYPES_OF Uri...]):
# one QML module as a static library hearth_ui_NAME with compiled QML; programs link hearth_ui_NAMEplugin as well.
function(hearth_qml_module name)
  cmake_parse_arguments(arg "" "URI" "QML;SOURCES;SINGLETONS;LIBS;RESOURCES;TYPES_OF" ${ARGN})
  set(target hearth_ui_${name})
  string(REPLACE "." "/" path ${arg_URI})
  foreach(file IN LISTS arg_SINGLETONS)
    set_source_files_properties(${file} PROPERTIES QT_QML_SINGLETON_TYPE TRUE)
  endforeach()
  qt_add_library(${target} STATIC)
  set(interpreted "")
  if(NOT HEARTH_QML_COMPILED)
    set(interpreted NO_CACHEGEN)
  endif()
  qt_add_qml_module(${target} ${interpreted} URI ${arg_URI} VERSION 1.0 RESOURCE_PREFIX /qt/qml
    OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/qml/${path} IMPORT_PATH ${CMAKE_BINARY_DIR}/qml
    DEPENDENCIES QtQuick ${arg_TYPES_OF} PLUGIN_TARGET ${target}plugin SOURCES ${arg_SOURCES} QML_FILES ${arg_QML} ${arg_SINGLETONS}
    RESOURCES ${arg_RESOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC hearth_options Qt6::Quick ${arg_LIBS})
  # Code that Qt's compilers generate is not ours to warn about; options of a file come after those of its target.
  # Compiled QML is small beside the headers it includes: several files are compiled as one.
  if(TARGET ${target}_qmlcache)
    target_compile_options(${target}_qmlcache PRIVATE -w)
    set_target_properties(${target}_qmlcache PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
  foreach(generator IN ITEMS ${target} ${target}plugin)
    if(TARGET ${generator})
      get_target_property(files ${generator} SOURCES)
      list(FILTER files INCLUDE REGEX "^${CMAKE_BINARY_DIR}.*[.]cpp$")
      set_source_files_properties(${files} PROPERTIES COMPILE_OPTIONS -w)
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY HEARTH_QML_MODULES ${target})
endfunction()
