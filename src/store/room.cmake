# The migrations travel in the executable: sql/<engine>/NNN_name.sql becomes one generated source with the text and its SHA-256.
set(store_generated ${CMAKE_BINARY_DIR}/generated/store/embedded_migrations.cpp)
set(store_text "// Generated from sql/ by src/store/room.cmake.\n#include \"store/migrate.h\"\n\nnamespace warifu::store {\n")
foreach(engine sqlite postgres)
  file(GLOB store_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/${engine}/*.sql)
  set(store_rows "")
  set(store_count 0)
  foreach(store_file ${store_files})
    get_filename_component(store_name ${store_file} NAME_WE)
    if(NOT store_name MATCHES "^([0-9][0-9][0-9])_([a-z0-9_]+)$")
      message(FATAL_ERROR "a migration is called NNN_name.sql: ${store_file}")
    endif()
    set(store_version ${CMAKE_MATCH_1})
    set(store_label ${CMAKE_MATCH_2})
    math(EXPR store_count "${store_count} + 1")
    math(EXPR store_number "1${store_version} - 1000")
    if(NOT store_number EQUAL store_count)
      message(FATAL_ERROR "migrations are numbered 001, 002, … without a gap: ${store_file}")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${store_file})
    file(READ ${store_file} store_sql)
    file(SHA256 ${store_file} store_digest)
    string(APPEND store_rows "    {${store_number}, \"${store_label}\", R\"MIGRATION(${store_sql})MIGRATION\", \"${store_digest}\"},\n")
  endforeach()
  string(TOUPPER ${engine} store_upper)
  string(APPEND store_text "static constexpr std::array<Migration, ${store_count}> k${store_upper} = {{\n${store_rows}}};\n")
endforeach()
string(APPEND store_text "
std::span<const Migration> embedded_migrations(EngineKind engine) {
  if (engine == EngineKind::SQLITE) return kSQLITE;
  return kPOSTGRES;
}

}  // namespace warifu::store\n")
file(WRITE ${store_generated}.new "${store_text}")
file(COPY_FILE ${store_generated}.new ${store_generated} ONLY_IF_DIFFERENT)
target_sources(warifu_store PRIVATE ${store_generated})
