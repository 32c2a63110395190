# Compile options that every target of the project shares, and the two ways to declare a target.

find_program(HEARTH_CCACHE ccache)
if(HEARTH_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HEARTH_CCACHE})
endif()

add_library(hearth_options INTERFACE)
target_include_directories(hearth_options INTERFACE ${CMAKE_SOURCE_DIR})
# nvcc is given the host compiler's warnings that its own generated code bears.
target_compile_options(hearth_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wnon-virtual-dtor;-Woverloaded-virtual;-Wconversion;-Wno-sign-conversion;-fstack-protector-strong>"
  "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;-Xcompiler=-Wall,-Wextra>")
target_compile_definitions(hearth_options INTERFACE HEARTH_VERSION="${PROJECT_VERSION}" _GLIBCXX_ASSERTIONS)
if(HEARTH_WERROR)
  target_compile_options(hearth_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Werror>" "$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>")
endif()
if(HEARTH_SANITIZE)
  target_compile_options(hearth_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${HEARTH_SANITIZE};-fno-omit-frame-pointer;-g1>")
  target_link_options(hearth_options INTERFACE -fsanitize=${HEARTH_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(hearth_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  target_link_options(hearth_options INTERFACE -Wl,-z,relro,-z,now)
endif()

# hearth_library(NAME sources...): a static library of one room. Subfolders add theirs with target_sources().
function(hearth_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC hearth_options)
endfunction()

# hearth_test_timeout(RESULT [seconds]): what ctest allows a test, 120 s unless said. It only ends tests that hang: most take well under
# a second, none a tenth of it. Sanitizers make programs slower, not stuck.
function(hearth_test_timeout result)
  set(seconds 120)
  if(ARGC GREATER 1)
    set(seconds ${ARGV1})
  endif()
  if(HEARTH_SANITIZE)
    math(EXPR seconds "${seconds} * 3")
  endif()
  set(${result} ${seconds} PARENT_SCOPE)
endfunction()

# hearth_test(NAME LIBS lib... SOURCES file...): a GoogleTest program; every case is a ctest entry.
function(hearth_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "LIBS;SOURCES" ${ARGN})
  hearth_test_timeout(seconds ${arg_TIMEOUT})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest_main GTest::gmock)
  # Tests wait for their compiler, not for themselves: what they test is optimised, they hardly are.
  target_compile_options(${name} PRIVATE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>)
  target_compile_definitions(${name} PRIVATE HEARTH_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data"
    HEARTH_SHARED="${CMAKE_SOURCE_DIR}/../shared")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT ${seconds})
endfunction()
