#pragma once
// An error as RFC 9457 has it, with our closed code, the place and the sentence in both languages. The operator's message stays inside.

#include <boost/describe.hpp>
#include <map>
#include <string>

#include "json/codec.h"
#include "net/http.h"

namespace warifu::api {

struct Problem {
  std::string type;   // urn:warifu:error:<code>
  std::string title;  // the English sentence
  int status = 500;
  std::string code, where, ja, en;
  std::map<std::string, std::string> args;
  std::string request;  // its id, also in the header X-Request-Id
};

[[nodiscard]] Problem problem_of(const Error& error, std::string_view request_id);
// With Retry-After when a repetition later may succeed, Allow with 405.
[[nodiscard]] net::Response problem_response(const Error& error, std::string_view request_id);

BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, code, where, ja, en, args, request))

}  // namespace warifu::api
