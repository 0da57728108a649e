#include "api/problem.h"

#include "json/write.h"

namespace warifu::api {

namespace {

// Seconds until a repetition is worth it; empty: never without a change.
std::string retry_after(const Error& error) {
  const bool is_passing =
      error.code == Code::LOCKED_OUT || error.code == Code::RATE_LIMITED || error.code == Code::QUEUE_FULL || error.code == Code::STORE_UNAVAILABLE;
  if (!is_passing) return {};
  const auto given = error.args.find("retry_after");
  return given == error.args.end() ? "1" : given->second;
}

}  // namespace

Problem problem_of(const Error& error, std::string_view request_id) {
  const Sentence& entry = sentence(error.code);
  Problem out;
  out.type = "urn:warifu:error:" + std::string(entry.name);
  out.status = entry.http_status;
  out.code = entry.name;
  out.where = error.where;
  out.ja = sentence_ja(error);
  out.en = sentence_en(error);
  out.title = out.en;
  out.args = error.args;
  out.request = request_id;
  return out;
}

net::Response problem_response(const Error& error, std::string_view request_id) {
  const Problem problem = problem_of(error, request_id);
  net::Response response = net::text_response(problem.status, "application/problem+json", json::compact(json::encode(problem)));
  if (const std::string seconds = retry_after(error); !seconds.empty()) response.set("Retry-After", seconds);
  if (error.code == Code::METHOD_NOT_ALLOWED)
    if (const auto allowed = error.args.find("expected"); allowed != error.args.end()) response.set("Allow", allowed->second);
  return response;
}

}  // namespace warifu::api
