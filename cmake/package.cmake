# What an installation consists of (`cmake --install`), and the Debian package made of it (`./dev package`). Man page and completions are printed
# by the executable itself at that time, so that they are never older than it.

include(GNUInstallDirs)
# Tests need not be built to install.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY TRUE)

set(made ${CMAKE_BINARY_DIR}/installed)
install(TARGETS warifu DESTINATION bin)
install(CODE "
  file(MAKE_DIRECTORY ${made})
  foreach(one \"help;--man;warifu.1\" \"completion;bash;warifu\" \"completion;zsh;_warifu\" \"completion;fish;warifu.fish\")
    list(GET one 0 command)
    list(GET one 1 what)
    list(GET one 2 name)
    execute_process(COMMAND $<TARGET_FILE:warifu> \${command} \${what} OUTPUT_FILE ${made}/\${name} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/CHANGELOG.md ${made}/changelog COPYONLY)
  execute_process(COMMAND gzip -9nf ${made}/warifu.1 ${made}/changelog COMMAND_ERROR_IS_FATAL ANY)
")
install(FILES ${made}/warifu.1.gz DESTINATION share/man/man1)
install(FILES ${made}/warifu DESTINATION share/bash-completion/completions)
install(FILES ${made}/_warifu DESTINATION share/zsh/vendor-completions)
install(FILES ${made}/warifu.fish DESTINATION share/fish/vendor_completions.d)
install(FILES packaging/warifu.service DESTINATION lib/systemd/system)
install(FILES packaging/warifu.sysusers DESTINATION lib/sysusers.d RENAME warifu.conf)
install(FILES packaging/debian/copyright README.md README.ja.md ${made}/changelog.gz DESTINATION share/doc/warifu)
install(FILES docs/operations.md docs/cli.md docs/sources.md law/jp.toml DESTINATION share/doc/warifu)
install(FILES packaging/warifu.toml DESTINATION /etc/warifu PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)

set(CPACK_PACKAGE_NAME warifu)
set(CPACK_PACKAGE_CONTACT "The Warifu authors <warifu@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "exchange of inquiries between investigators and providers")
set(CPACK_PACKAGE_DESCRIPTION "One executable with the law table, the migrations and the web interface in it: the desk of an agency or
of a provider, its command line, and a demo that plays every part.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_PREFIX /usr) # the one that counts with SET_DESTDIR, which /etc needs
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "fonts-ipaexfont, tzdata, systemd | systemd-standalone-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql-client-15")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/packaging/debian/conffiles;${CMAKE_SOURCE_DIR}/packaging/debian/postinst;${CMAKE_SOURCE_DIR}/packaging/debian/prerm;${CMAKE_SOURCE_DIR}/packaging/debian/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
