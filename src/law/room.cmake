# The law data is compiled into the program as it stands; a change of the data rebuilds the one file that carries it.
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/law/jp_toml.cpp PROPERTIES
  COMPILE_DEFINITIONS "WARIFU_LAW_TOML=\"${CMAKE_SOURCE_DIR}/law/jp.toml\""
  OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/law/jp.toml)
