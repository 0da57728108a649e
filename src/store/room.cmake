# The migrations travel in the executable: sql/<engine>/NNN_name.sql (an office), below directory/ those of the directory of keys and below hub/ those of the hub
# become one generated source with the texts and their SHA-256.
set(store_generated ${CMAKE_BINARY_DIR}/generated/store/embedded_migrations.cpp)
set(store_text "// Generated from sql/ by src/store/room.cmake.\n#include \"store/directory_store.h\"\n#include \"store/hub_store.h\"\n#include \"store/migrate.h\"\n\nnamespace warifu::store {\n")

# One set: sql/<engine>/<folder>*.sql becomes `function`(EngineKind).
function(store_migrations folder function)
  set(text "")
  foreach(engine sqlite postgres)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/${engine}/${folder}*.sql)
    set(rows "")
    set(count 0)
    foreach(file ${files})
      get_filename_component(name ${file} NAME_WE)
      if(NOT name MATCHES "^([0-9][0-9][0-9])_([a-z0-9_]+)$")
        message(FATAL_ERROR "a migration is called NNN_name.sql: ${file}")
      endif()
      set(version ${CMAKE_MATCH_1})
      set(label ${CMAKE_MATCH_2})
      math(EXPR count "${count} + 1")
      math(EXPR number "1${version} - 1000")
      if(NOT number EQUAL count)
        message(FATAL_ERROR "migrations are numbered 001, 002, … without a gap: ${file}")
      endif()
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
      file(READ ${file} sql)
      file(SHA256 ${file} digest)
      string(APPEND rows "    {${number}, \"${label}\", R\"MIGRATION(${sql})MIGRATION\", \"${digest}\"},\n")
    endforeach()
    string(APPEND text "static constexpr std::array<Migration, ${count}> k_${function}_${engine} = {{\n${rows}}};\n")
  endforeach()
  string(APPEND text "
std::span<const Migration> ${function}(EngineKind engine) {
  if (engine == EngineKind::SQLITE) return k_${function}_sqlite;
  return k_${function}_postgres;
}
")
  set(store_text "${store_text}${text}" PARENT_SCOPE)
endfunction()
store_migrations("" embedded_migrations)
store_migrations("directory/" embedded_directory_migrations)
store_migrations("hub/" embedded_hub_migrations)

string(APPEND store_text "\n}  // namespace warifu::store\n")
file(WRITE ${store_generated}.new "${store_text}")
file(COPY_FILE ${store_generated}.new ${store_generated} ONLY_IF_DIFFERENT)
target_sources(warifu_store PRIVATE ${store_generated})
