#include "api/openapi.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "api/routes.h"
#include "base/file.h"
#include "base/test_source.h"
#include "json/parse.h"

namespace warifu::api {
namespace {

constexpr std::size_t kDescriptionMax = 16 * 1024 * 1024;

TEST_CASE("openapi: the committed description is what the table prints") {
  const std::string path = warifu::testing::source_dir() + "/api/openapi.json";
  if (std::getenv("WARIFU_WRITE_OPENAPI") != nullptr) REQUIRE(write_file_durably(path, bytes_of(openapi_text()), 0644));
  const Result<std::string> committed = read_file(path, kDescriptionMax);
  REQUIRE(committed);
  // Not CHECK(a == b): doctest would print both whole texts.
  const bool is_equal = *committed == openapi_text();
  CHECK_MESSAGE(is_equal, "the interface differs from api/openapi.json; run test_api with WARIFU_WRITE_OPENAPI=1 and commit the difference");
}

TEST_CASE("openapi: every route says what it does in both languages") {
  for (const auto& route : all_routes().routes()) {
    CAPTURE(route->operation);
    CHECK(route->ja.size() > 10);
    CHECK(route->ja.find("。") != std::string::npos);
    CHECK(route->en.size() > 5);
    CHECK(route->en.back() == '.');
    CHECK_FALSE(route->tag.empty());
    CHECK(route->path.starts_with("/api/"));
    if (route->method == "GET") CHECK(route->write == Write::NO);
    if (route->request == Payload::NONE)
      CHECK(route->body_max == 0);
    else
      CHECK(route->body_max > 0);
    if (route->access == Access::PUBLIC) CHECK(route->write == Write::NO);
  }
}

TEST_CASE("openapi: every reference leads somewhere") {
  const json::Value document = openapi(all_routes());
  const json::Object& root = document.as_object();
  const auto resolves = [&](std::string_view pointer) {
    const json::Value* at = &document;
    pointer.remove_prefix(2);
    while (at != nullptr && !pointer.empty()) {
      const std::string_view step = pointer.substr(0, pointer.find('/'));
      pointer.remove_prefix(std::min(pointer.size(), step.size() + 1));
      at = at->is_object() ? at->as_object().if_contains(step) : nullptr;
    }
    return at != nullptr;
  };
  int count = 0;
  const std::function<void(const json::Value&)> walk = [&](const json::Value& value) {
    if (value.is_array())
      for (const json::Value& one : value.as_array()) walk(one);
    if (!value.is_object()) return;
    for (const auto& member : value.as_object()) {
      if (member.key() == "$ref" && member.value().is_string()) {
        ++count;
        CHECK_MESSAGE(resolves(json::view(member.value().get_string())), std::string(json::view(member.value().get_string())));
      }
      walk(member.value());
    }
  };
  walk(document);
  CHECK(count > 300);
  CHECK(root.at("paths").as_object().size() > 70);
}

}  // namespace
}  // namespace warifu::api
