# PKCS#11: its C headers only. The library of a security module is named by the configuration and loaded when a node starts.
pkg_check_modules(P11KIT REQUIRED p11-kit-1)
target_include_directories(warifu_crypto SYSTEM PRIVATE ${P11KIT_INCLUDE_DIRS})
target_include_directories(test_crypto SYSTEM PRIVATE ${P11KIT_INCLUDE_DIRS})
target_link_libraries(warifu_crypto PUBLIC ${CMAKE_DL_LIBS})
