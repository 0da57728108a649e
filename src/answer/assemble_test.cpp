#include "answer/assemble.h"

#include <doctest/doctest.h>

#include "answer/source.h"

namespace warifu::answer {
namespace {

using inquiry::Answer;
using inquiry::Disposition;
using inquiry::ItemAnswer;
using inquiry::ItemResult;
using law::ReasonCode;

const law::Catalogue& catalogue() { return law::Catalogue::built_in(); }

ItemAnswer with_rows(int no, int rows) {
  ItemAnswer item;
  item.no = no;
  inquiry::Table table{{"氏名", "住所"}, {}};
  for (int i = 0; i < rows; ++i) table.rows.push_back({"例示 一郎", "架空市"});
  item.tables.push_back(std::move(table));
  return item;
}
ItemAnswer with_result(int no, ItemResult result, std::optional<ReasonCode> reason = {}) {
  ItemAnswer item;
  item.no = no;
  item.result = result;
  item.reason = reason;
  return item;
}
Status check(Disposition disposition, ItemAnswer item, bool is_declined = false) {
  Answer answer;
  answer.items.push_back(std::move(item));
  return check_answer(catalogue(), {{1, disposition, false, is_declined}}, answer, true);
}

}  // namespace

TEST_CASE("an accepted item is answered, partly, not held or refused with a reason") {
  CHECK(check(Disposition::ACCEPT, with_rows(1, 2)));
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::NONE_HELD, ReasonCode::RETENTION_EXPIRED)));
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::NONE_HELD)));
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::REFUSED, ReasonCode::DISPROPORTIONATE)));
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::REFUSED)).error().code == Code::REASON_REQUIRED);
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::REFUSED, ReasonCode::NO_DATA_HELD)).error().code == Code::BAD_VALUE);
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::NEEDS_WARRANT)).error().code == Code::BAD_VALUE);
  CHECK(check(Disposition::ACCEPT, with_result(1, ItemResult::ANSWERED)).error().code == Code::EMPTY_FIELD);
}

TEST_CASE("nothing is disclosed for an item that needs a warrant") {
  CHECK(check(Disposition::NEEDS_WARRANT, with_result(1, ItemResult::NEEDS_WARRANT)));
  CHECK(check(Disposition::NEEDS_WARRANT, with_rows(1, 1)).error().code == Code::NOT_ALLOWED_BY_LAW);
  ItemAnswer smuggled = with_rows(1, 1);
  smuggled.result = ItemResult::NEEDS_WARRANT;
  CHECK(check(Disposition::NEEDS_WARRANT, smuggled).error().code == Code::NOT_ALLOWED_BY_LAW);
  ItemAnswer file = with_result(1, ItemResult::NEEDS_WARRANT);
  file.files.push_back({"a.csv", "text/csv", {}, 1});
  CHECK(check(Disposition::NEEDS_WARRANT, file).error().code == Code::NOT_ALLOWED_BY_LAW);
}

TEST_CASE("a returned item is refused, a narrowed one proposed") {
  CHECK(check(Disposition::RETURN, with_result(1, ItemResult::REFUSED, ReasonCode::INSUFFICIENT_INFO)));
  CHECK(check(Disposition::RETURN, with_rows(1, 1)).error().code == Code::BAD_VALUE);
  ItemAnswer proposal = with_result(1, ItemResult::NARROWING_PROPOSED, ReasonCode::OVERBROAD);
  CHECK(check(Disposition::NARROW, proposal).error().code == Code::MISSING_FIELD);
  proposal.narrowing = inquiry::Narrowing{std::nullopt, {law::Category::K1}, {}};
  CHECK(check(Disposition::NARROW, proposal));
  CHECK(check(Disposition::NARROW, with_rows(1, 1)).error().code == Code::BAD_VALUE);
  CHECK(check(Disposition::NARROW, proposal, true).error().code == Code::BAD_VALUE);  // declined: not proposed again
  CHECK(check(Disposition::NARROW, with_result(1, ItemResult::REFUSED, ReasonCode::OVERBROAD), true));
  ItemAnswer stray = with_rows(1, 1);
  stray.narrowing = proposal.narrowing;
  CHECK(check(Disposition::ACCEPT, stray).error().code == Code::BAD_VALUE);
}

TEST_CASE("what waits for the legal desk has no result") {
  for (const ItemResult result : {ItemResult::ANSWERED, ItemResult::NONE_HELD, ItemResult::REFUSED, ItemResult::NEEDS_WARRANT})
    CHECK(!check(Disposition::LEGAL_REVIEW,
                 with_result(1, result, result == ItemResult::REFUSED ? std::optional(ReasonCode::DISPROPORTIONATE) : std::nullopt)));
}

TEST_CASE("a ready answer covers every item that has not been answered before") {
  const std::vector<ItemStatus> items = {
      {1, Disposition::ACCEPT, false, false}, {2, Disposition::ACCEPT, true, false}, {3, Disposition::ACCEPT, false, false}};
  Answer answer;
  answer.items = {with_rows(1, 1)};
  CHECK(check_answer(catalogue(), items, answer, false));
  const Status missing = check_answer(catalogue(), items, answer, true);
  REQUIRE(!missing);
  CHECK(missing.error().code == Code::RESULT_MISSING);
  CHECK(missing.error().args.at("no") == "3");
  answer.items.push_back(with_rows(3, 0));
  answer.items.back().message = "登録なし";
  CHECK(check_answer(catalogue(), items, answer, true));
  answer.items.push_back(with_rows(4, 1));
  CHECK(check_answer(catalogue(), items, answer, true).error().where == "/answer/items/2/no");
  answer.items.back().no = 3;
  CHECK(check_answer(catalogue(), items, answer, true).error().code == Code::BAD_VALUE);
}

TEST_CASE("rows are as long as their head") {
  ItemAnswer item = with_rows(1, 2);
  item.tables[0].rows[1].pop_back();
  const Status status = check(Disposition::ACCEPT, item);
  REQUIRE(!status);
  CHECK(status.error().where == "/answer/items/0/tables/0/rows/1");
}

TEST_CASE("files up to the bound and one past it") {
  ItemAnswer item = with_rows(1, 1);
  item.files.assign(100, {"a.csv", "text/csv", {}, 1});
  CHECK(check(Disposition::ACCEPT, item));
  item.files.push_back(item.files.front());
  CHECK(check(Disposition::ACCEPT, item).error().code == Code::TOO_MANY);
}

TEST_CASE("the second person's counts are those of the answer") {
  Answer answer;
  answer.items = {with_rows(1, 2), with_rows(2, 0)};
  CHECK(check_row_counts(answer, {{1, 2}, {2, 0}}));
  const Status wrong = check_row_counts(answer, {{1, 3}, {2, 0}});
  REQUIRE(!wrong);
  CHECK(wrong.error().code == Code::ROW_COUNT_DIFFERS);
  CHECK(wrong.error().where == "/row_counts/0");
  for (const auto& [name, value] : wrong.error().args) CHECK(value != "2");  // the right number is not given away
  CHECK(check_row_counts(answer, {{1, 2}}).error().code == Code::ROW_COUNT_DIFFERS);
  CHECK(check_row_counts(answer, {{1, 2}, {1, 2}, {2, 0}}).error().code == Code::BAD_VALUE);
  CHECK(check_row_counts(answer, {{1, 2}, {2, 0}, {3, 0}}).error().code == Code::ITEM_UNKNOWN);
}

TEST_CASE("texts of an answer are cleaned") {
  Answer answer;
  answer.items = {with_rows(1, 1)};
  answer.reference = "  回答-1 ";
  CHECK(clean_answer(answer).value().reference == "回答-1");
  answer.items[0].message = "見えない\u202e文字";
  const auto hidden = clean_answer(answer);
  REQUIRE(!hidden);
  CHECK(hidden.error().where == "/answer/items/0/message");
  answer.items[0].message.clear();
  answer.minutes = -1;
  CHECK(clean_answer(answer).error().code == Code::OUT_OF_RANGE);
}

TEST_CASE("a source's way in is found by selector, service and category") {
  SourceInfo info;
  SourceQuery query;
  query.name = "by account";
  query.services = {"auction.example"};
  query.categories = {law::Category::K1};
  info.queries = {query};
  inquiry::Item item;
  item.selector.input.service = "auction.example";
  item.categories = {law::Category::K3, law::Category::K1};
  CHECK(query_for(info, item) == &info.queries[0]);
  item.categories = {law::Category::K3};
  CHECK(query_for(info, item) == nullptr);
  item.categories = {law::Category::K1};
  item.selector.input.service = "mail.example";
  CHECK(query_for(info, item) == nullptr);
  item.selector.input.service.reset();
  CHECK(query_for(info, item) == nullptr);
  info.queries[0].services.clear();
  CHECK(query_for(info, item) != nullptr);
  item.selector.input.type = text::SelectorType::EMAIL;
  CHECK(query_for(info, item) == nullptr);
}

}  // namespace warifu::answer
