#pragma once
// To be included before any Boost header of this room: Asio and Beast are compiled once, in boost_sources.cpp.

#define BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_BEAST_SEPARATE_COMPILATION
