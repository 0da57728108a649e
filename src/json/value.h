#pragma once
// JSON values in memory. The type is Boost.JSON's, under our names; only this room includes Boost.JSON's headers.
// An Object keeps the order of insertion and never has the same key twice. Whole numbers are int64, all others double.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <string_view>

namespace warifu::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

[[nodiscard]] inline std::string_view view(const boost::json::string& text) { return {text.data(), text.size()}; }

}  // namespace warifu::json
