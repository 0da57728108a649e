#include "net/http.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace warifu::net {
namespace {

TEST_CASE("a target is split and decoded") {
  const auto target = parse_target("/units/%E5%89%B2%E7%AC%A6/a+b?q=%E6%9D%B1+%E4%BA%AC&empty&x=1=2");
  REQUIRE(target);
  CHECK(target->path == "/units/%E5%89%B2%E7%AC%A6/a+b");
  CHECK(target->segments == std::vector<std::string>{"units", "割符", "a+b"});
  REQUIRE(target->parameters.size() == 3);
  CHECK(target->parameters[0].value == "東 京");
  CHECK(target->parameters[1].name == "empty");
  CHECK(target->parameters[1].value.empty());
  CHECK(target->parameters[2].value == "1=2");
  CHECK(parse_target("/")->segments.empty());
  CHECK(parse_target("/a/")->segments == std::vector<std::string>{"a", ""});
}

TEST_CASE("targets that two programs could read differently are refused") {
  for (const char* bad : {"",
                          "a",
                          "*",
                          "http://a.example/",
                          "//a.example/x",
                          "/a//b",
                          "/../etc",
                          "/a/..",
                          "/a/./b",
                          "/%2e%2e/x",
                          "/a/%2E",
                          "/a%2fb",
                          "/a%5Cb",
                          "/a%00b",
                          "/a%0ab",
                          "/a%7F",
                          "/%C2%80",
                          "/%zz",
                          "/%4",
                          "/%",
                          "/a b",
                          "/a#b",
                          "/a\\b",
                          "/a\"b",
                          "/%C0%AF",
                          "/%ED%A0%80",
                          "/%FF",
                          "/%F4%90%80%80",
                          "/a?b=%00",
                          "/a?b=%",
                          "/a?b=%ff",
                          "/a?=x",
                          "/a?b#c",
                          "/x001/.."})
    CHECK_MESSAGE(!parse_target(bad), bad);
}

TEST_CASE("the number of query parameters is bounded") {
  std::string query = "a=1";
  for (std::size_t i = 1; i < kParametersMax; ++i) query += "&a=1";
  CHECK(parse_query(query)->size() == kParametersMax);
  CHECK(parse_query(query + "&a=1").error().code == Code::TOO_MANY);
}

TEST_CASE("decoding undoes encoding") {
  CHECK(rc::check("round trip", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(0x20, 0x7f));
    RC_ASSERT(percent_decode(percent_encode(text)).value() == text);
  }));
  CHECK(percent_encode("東 a~/") == "%E6%9D%B1%20a~%2F");
}

TEST_CASE("a cookie is found by name, a doubled one is not") {
  Request request;
  request.headers = {{"cookie", "a=1; session=x=y; b=\"2\""}};
  CHECK(request.cookie("session") == "x=y");
  CHECK(request.cookie("a") == "1");
  CHECK_FALSE(request.cookie("sess"));
  CHECK_FALSE(request.cookie("c"));
  request.headers.push_back({"cookie", "a=3"});
  CHECK_FALSE(request.cookie("a"));
}

TEST_CASE("a problem carries code and sentences but not the operator's message") {
  const Response response = problem_response(Error{Code::TOO_LONG, "secret detail", "/items/0/\"x\"", {{"max", "20"}}}, "0123", std::nullopt);
  CHECK(response.status == sentence(Code::TOO_LONG).http_status);
  CHECK(response.header("content-type") == "application/problem+json");
  const std::string_view text = response.text();
  CHECK(text.find("secret") == std::string_view::npos);
  CHECK(text.find("\"code\":\"TOO_LONG\"") != std::string_view::npos);
  CHECK(text.find("\"where\":\"/items/0/\\\"x\\\"\"") != std::string_view::npos);
  CHECK(text.find("\"args\":{\"max\":\"20\"}") != std::string_view::npos);
  CHECK(text.find("上限 20 文字") != std::string_view::npos);
  CHECK(text.find("\"request\":\"0123\"") != std::string_view::npos);
}

TEST_CASE("setting a header replaces it, adding does not") {
  Response response;
  response.set("Set-Cookie", "a=1").add("set-cookie", "b=2");
  CHECK(response.headers.size() == 2);
  response.set("SET-COOKIE", "c=3");
  CHECK(response.headers.size() == 1);
  CHECK(response.header("set-cookie") == "c=3");
}

TEST_CASE("an error survives its way over the wire; what is no problem says only that something is wrong") {
  const Error error{Code::TOO_LARGE, "operator's words", "object", {{"max", "7"}}};
  const Error read = problem_error(413, problem_response(error).text());
  CHECK(read.code == Code::TOO_LARGE);
  CHECK(read.where == "object");
  CHECK(read.args == error.args);
  for (const char* body : {"", "{}", "[]", "{\"code\":1}", "{\"code\":\"NO_SUCH_CODE\"}", "<html>"})
    CHECK(problem_error(502, body).code == Code::PEER_UNAVAILABLE);
}

}  // namespace
}  // namespace warifu::net
