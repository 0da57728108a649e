#include "api/routes.h"

namespace warifu::api {

desk::Notice notice_of(const Error& error) { return {std::string(sentence(error.code).name), error.where, sentence_ja(error), sentence_en(error)}; }

}  // namespace warifu::api
