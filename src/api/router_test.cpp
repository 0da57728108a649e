#include "api/router.h"

#include <doctest/doctest.h>

#include "api/types.h"

namespace warifu::api {
namespace {

Router small_table() {
  Router routes;
  const auto nothing = [](Call&) -> Result<None> { return None{}; };
  routes.add<None, None>({"GET", "/api/things/{thing}", "t", "。", "."}, nothing);
  routes.add<None, None>({"POST", "/api/things/{thing}", "t", "。", "."}, nothing);
  routes.add<None, None>({"GET", "/api/things/best", "t", "。", "."}, nothing);
  return routes;
}

net::Request with_query(std::string_view query) {
  net::Request request;
  request.parameters = *net::parse_query(query);
  return request;
}

TEST_CASE("router: a written word wins over a parameter, HEAD is GET") {
  const Router routes = small_table();
  CHECK(routes.match("GET", {"api", "things", "best"})->route->path == "/api/things/best");
  const Result<Match> match = routes.match("HEAD", {"api", "things", "割符"});
  REQUIRE(match);
  CHECK(match->path.find("thing")->second == "割符");
}

TEST_CASE("router: what is not there and what is there in another way") {
  const Router routes = small_table();
  CHECK(routes.match("GET", {"api", "things"}).error().code == Code::NOT_FOUND);
  CHECK(routes.match("GET", {"api", "things", ""}).error().code == Code::NOT_FOUND);
  CHECK(routes.match("GET", {"api", "things", "a", ""}).error().code == Code::NOT_FOUND);
  const Result<Match> other = routes.match("DELETE", {"api", "things", "a"});
  REQUIRE_FALSE(other);
  CHECK(other.error().code == Code::METHOD_NOT_ALLOWED);
  CHECK(other.error().args.at("expected") == "GET, HEAD, POST");
}

TEST_CASE("query: read as strictly as a body") {
  const Result<MatterFilter> read =
      read_query<MatterFilter>(with_query("state=DRAFT,CHECKED&state=APPROVED&mine=true&limit=7&q=%E5%89%B2&due_before=2026-11-21T00:00:00Z"));
  REQUIRE(read);
  CHECK(read->state == std::vector{inquiry::State::DRAFT, inquiry::State::CHECKED, inquiry::State::APPROVED});
  CHECK(read->mine == true);
  CHECK(read->limit == 7);
  CHECK(read->q == "割");
  CHECK(read->sort == desk::Sort::NEWEST);

  const struct {
    const char* query;
    Code code;
    const char* where;
  } refused[] = {{"unknown=1", Code::UNKNOWN_FIELD, "/unknown"},
                 {"q=a&q=b", Code::DUPLICATE_FIELD, "/q"},
                 {"mine=1", Code::BAD_VALUE, "/mine"},
                 {"limit=seven", Code::WRONG_TYPE, "/limit"},
                 {"limit=-1", Code::OUT_OF_RANGE, "/limit"},
                 {"limit=", Code::WRONG_TYPE, "/limit"},
                 {"state=DRAFT,", Code::BAD_VALUE, "/state/1"},
                 {"state=draft", Code::BAD_VALUE, "/state/0"},
                 {"drafter=xyz", Code::BAD_VALUE, "/drafter"},
                 {"due_before=2026-11-21T00:00:00", Code::TIME_WITHOUT_ZONE, "/due_before"},
                 {"counterparty=A%20B", Code::BAD_VALUE, "/counterparty"},
                 {"sort=OLDEST", Code::BAD_VALUE, "/sort"},
                 {"q=%00", Code::CONTROL_CHARACTER, "/q"}};
  for (const auto& row : refused) {
    CAPTURE(row.query);
    Result<std::vector<net::Parameter>> parsed = net::parse_query(row.query);
    if (!parsed) continue;  // refused before it gets here
    const Result<MatterFilter> answer = read_query<MatterFilter>(with_query(row.query));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == row.code);
    CHECK(answer.error().where == row.where);
  }
}

}  // namespace
}  // namespace warifu::api
