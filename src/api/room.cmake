# The browser's interface travels in the executable: every file of ui/dist, packed once, becomes bytes of the program (tools/embed_ui.py).
# Without ui/dist the table is empty and the server says so on its page.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(api_dist ${CMAKE_SOURCE_DIR}/ui/dist)
set(api_generated ${CMAKE_BINARY_DIR}/generated/api)
set(api_files "")
if(WARIFU_EMBED_UI)
  file(GLOB_RECURSE api_files CONFIGURE_DEPENDS ${api_dist}/*)
endif()
set(api_arguments --out ${api_generated})
if(api_files)
  list(APPEND api_arguments --dist ${api_dist})
endif()
add_custom_command(
  OUTPUT ${api_generated}/embedded_ui.cpp ${api_generated}/embedded_ui.S
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_ui.py ${api_arguments}
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/embed_ui.py ${api_files}
  COMMENT "Packing the web interface" VERBATIM)
target_sources(warifu_api PRIVATE ${api_generated}/embedded_ui.cpp ${api_generated}/embedded_ui.S)
