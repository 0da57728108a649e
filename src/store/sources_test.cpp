#include "store/sources.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/limits.h"
#include "store/postgres.h"
#include "store/source_parts.h"
#include "store/sqlite.h"
#include "store/testing_postgres.h"

namespace warifu::store {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "warifu-sources-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  void write(const std::string& name, std::string_view content) const { std::ofstream(path_ / name, std::ios::binary) << content; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

constexpr std::string_view kRows =
    "CREATE TABLE member(account TEXT, name TEXT, address TEXT, joined TEXT);"
    "INSERT INTO member VALUES('ex-1001','例示 一郎','架空市1','2026-01-01T00:00:00Z'),('ex-1001','例示 一郎','架空市2','2026-06-01T00:00:00Z'),"
    "('ex-1002','例示 二郎',NULL,'2026-01-01T00:00:00Z');";

constexpr std::string_view kSql =
    "SELECT name, address FROM member WHERE account = $value AND ($from IS NULL OR joined >= $from) ORDER BY joined LIMIT $limit";

std::string config(std::string_view url, std::string_view sql, std::string_view more = {}) {
  std::string out =
      "[[source]]\nname = \"members\"\ntitle_ja = \"会員台帳\"\ntitle_en = \"Member register\"\nkind = \"sql\"\nurl = \"" + std::string(url) + "\"\n";
  out += "  [[source.query]]\n  name = \"by account\"\n  selector = \"ACCOUNT_ID\"\n  services = [\"auction.example\"]\n  categories = [\"K1\"]\n";
  out += "  columns_ja = [\"氏名\",\"住所\"]\n  columns_en = [\"name\",\"address\"]\n  sql = '''" + std::string(sql) + "'''\n" + std::string(more);
  return out;
}

inquiry::Item item(std::string value) {
  inquiry::Item out;
  out.selector.input.value = std::move(value);
  out.selector.input.service = "auction.example";
  out.categories = {law::Category::K1};
  return out;
}

std::shared_ptr<answer::Source> one(const Result<std::vector<std::shared_ptr<answer::Source>>>& sources) {
  if (!sources) FAIL(sources.error().where << ": " << sources.error().message);
  REQUIRE(sources->size() == 1);
  return sources->front();
}

std::string why(std::string_view toml) {
  const auto sources = parse_sources(toml, ".");
  REQUIRE(!sources);
  CHECK(sources.error().code == Code::SOURCE_CONFIG);
  return sources.error().message;
}

// The same expectations of both engines.
void check_sql(answer::Source& source) {
  CHECK(source.test());
  const auto found = source.look_up({item("ex-1001"), 0});
  REQUIRE(found);
  CHECK(found->query == "by account");
  CHECK(found->table.columns == std::vector<std::string>{"氏名", "住所"});
  CHECK(found->table.rows == std::vector<std::vector<std::string>>{{"例示 一郎", "架空市1"}, {"例示 一郎", "架空市2"}});
  CHECK(!found->truncated);
  const auto null = source.look_up({item("ex-1002"), 0});
  REQUIRE(null);
  CHECK(null->table.rows.at(0).at(1).empty());
  inquiry::Item later = item("ex-1001");
  later.period = inquiry::Period{parse_rfc3339("2026-03-01T00:00:00Z").value(), parse_rfc3339("2026-12-01T00:00:00Z").value()};
  CHECK(source.look_up({later, 0}).value().table.rows.size() == 1);
  const auto cut = source.look_up({item("ex-1001"), 1});
  REQUIRE(cut);
  CHECK(cut->truncated);
  CHECK(cut->table.rows.size() == 1);
  CHECK(!source.look_up({item("ex-1001"), 2}).value().truncated);
  for (const char* attack : {"' OR '1'='1", "ex-1001'; DROP TABLE member; --", "\" OR 1=1 --", "$from", "%", "ex-1001\\' OR 1=1 --"}) {
    CAPTURE(attack);
    const auto nothing = source.look_up({item(attack), 0});
    REQUIRE(nothing);
    CHECK(nothing->table.rows.empty());
  }
  CHECK(source.look_up({item("ex-1001"), 0}).value().table.rows.size() == 2);  // still there
  inquiry::Item other = item("ex-1001");
  other.selector.input.service = "mail.example";
  CHECK(source.look_up({other, 0}).error().code == Code::NOT_IN_PROFILE);
}

struct Sqlite {
  Folder folder;
  Sqlite() {
    const auto database = open_sqlite({folder.path() / "customers.sqlite", Access::WRITE});
    REQUIRE(database);
    REQUIRE((*database)->exec(kRows));
  }
  [[nodiscard]] std::shared_ptr<answer::Source> source(std::string_view sql, std::string_view more = {}) const {
    return one(parse_sources(config("sqlite:customers.sqlite", sql, more), folder.path()));
  }
};

}  // namespace

TEST_CASE("a SQLite source answers, and its value is bound") {
  const Sqlite db;
  db.folder.write("sources.toml", config("sqlite:customers.sqlite", kSql));
  const auto source = one(load_sources(db.folder.path() / "sources.toml"));
  CHECK(source->info().name == "members");
  CHECK(source->info().kind == answer::SourceKind::SQL);
  check_sql(*source);
}

TEST_CASE("a PostgreSQL source answers, and its value is bound") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) {
    MESSAGE("skipped: PostgreSQL absent");
    return;
  }
  const std::string schema = server->fresh_schema();
  const auto database = open_postgres({server->url(), schema, Access::WRITE});
  REQUIRE(database);
  std::string rows(kRows);
  rows.replace(rows.find("joined TEXT"), 11, "joined timestamptz");
  REQUIRE((*database)->exec(rows));
  std::string sql(kSql);
  sql.replace(sql.find("FROM member"), 11, "FROM " + schema + ".member");
  const std::string url = server->url();
  check_sql(*one(parse_sources(config(url, sql), ".")));

  SUBCASE("numbers, times and addresses are read as their column's type") {
    REQUIRE((*database)->exec(
        "CREATE TABLE session(account bigint, at timestamptz, ip inet); INSERT INTO session VALUES(7,'2026-01-01T00:00:00Z','192.0.2.7')"));
    const auto source = one(
        parse_sources(config(url, "SELECT account, ip FROM " + schema + ".session WHERE account = $value AND ($from IS NULL OR at >= $from)"), "."));
    CHECK(source->test());
    CHECK(source->look_up({item("7"), 0}).value().table.rows.at(0) == std::vector<std::string>{"7", "192.0.2.7"});
    // A value that cannot be compared is an error of the configuration, never "none held"; the value is not in the message.
    const auto wrong = source->look_up({item("ex-secret"), 0});
    REQUIRE(!wrong);
    CHECK(wrong.error().code == Code::SOURCE_CONFIG);
    CHECK(wrong.error().message.find("secret") == std::string::npos);
  }
  SUBCASE("nothing is written, not even by a query that tries") {
    const auto source = one(parse_sources(
        config(url, "WITH gone AS (DELETE FROM " + schema + ".member WHERE account = $value RETURNING name, address) SELECT name, address FROM gone"),
        "."));
    CHECK(!source->look_up({item("ex-1001"), 0}));
    CHECK(one(parse_sources(config(url, sql), "."))->look_up({item("ex-1001"), 0}).value().table.rows.size() == 2);
  }
  SUBCASE("a large answer is cut off") {
    const auto source = one(parse_sources(config(url, "SELECT $value::text, repeat('x', 100) FROM generate_series(1, 1000000)"), "."));
    const auto found = source->look_up({item("a"), 100});
    REQUIRE(found);
    CHECK(found->truncated);
    CHECK(found->table.rows.size() == 100);
  }
  SUBCASE("a slow one ends with its time") {
    source::Config slow;
    slow.url = url;
    slow.info.name = "slow";
    answer::SourceQuery query;
    query.name = "q";
    query.columns_ja = {"a"};
    slow.info.queries = {query};
    slow.queries = {{"SELECT pg_sleep(20) WHERE $value::text IS NOT NULL", {}, {}, {}}};
    const auto late = source::run_postgres(slow, query, item("a"), 10, 300);
    REQUIRE(!late);
    CHECK(late.error().code == Code::TIMEOUT);
  }
  SUBCASE("wrong columns, wrong SQL, no server") {
    CHECK(one(parse_sources(config(url, "SELECT name FROM " + schema + ".member WHERE account = $value"), "."))->test().error().where ==
          "members/by account");
    CHECK(one(parse_sources(config(url, "SELECT a, b FROM absent WHERE c = $value"), "."))->test().error().code == Code::SOURCE_CONFIG);
    CHECK(one(parse_sources(config("postgresql://nobody@127.0.0.1:1/none", sql), "."))->test().error().code == Code::SOURCE_UNAVAILABLE);
  }
}

TEST_CASE("rows and bytes of a SQLite answer are bounded") {
  const Sqlite db;
  constexpr std::string_view kMany = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 20000) SELECT $value, i FROM n";
  const auto many = db.source(kMany)->look_up({item("a"), 0});
  REQUIRE(many);
  CHECK(many->truncated);
  CHECK(many->table.rows.size() == limits::kSourceRowsMax);
  const auto wide =
      db.source("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) SELECT $value, printf('%.*c', 1000, 'x') FROM n")
          ->look_up({item("a"), 0});
  REQUIRE(wide);
  CHECK(wide->truncated);
  CHECK(wide->table.rows.size() > 2000);
  CHECK(wide->table.rows.size() < 5000);
}

TEST_CASE("an endless SQLite query ends with its time") {
  const Sqlite db;
  source::Config slow;
  slow.info.name = "slow";
  slow.file = db.folder.path() / "customers.sqlite";
  answer::SourceQuery query;
  query.name = "q";
  query.columns_ja = {"a"};
  slow.info.queries = {query};
  slow.queries = {{"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n WHERE i <> $value", {}, {}, {}}};
  const auto late = source::run_sqlite(slow, query, item("a"), 10, 200);
  REQUIRE(!late);
  CHECK(late.error().code == Code::TIMEOUT);
  CHECK(late.error().where == "slow/q");
}

TEST_CASE("what is found is made readable") {
  const Sqlite db;
  const auto found = db.source("SELECT CAST(x'41FF42' AS TEXT), x'00ff' WHERE $value IS NOT NULL")->look_up({item("a"), 0});
  REQUIRE(found);
  CHECK(found->table.rows.at(0) == std::vector<std::string>{"A\uFFFDB", "00ff"});
  CHECK(source::readable("a\tb\nc\x01\x7f") == "a\tb\nc\uFFFD\uFFFD");
  CHECK(source::readable("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(source::readable("例示😀") == "例示😀");
}

TEST_CASE("every parameter has its value") {
  inquiry::Item call = item("+819012345678");
  call.selector.input.at = "2026-11-20T10:00:00+09:00";
  call.selector.input.port = 443;
  call.selector.input.to = "+81312345678";
  call.period = inquiry::Period{Time::from_seconds(1), Time::from_seconds(2)};
  CHECK(source::parameter("value", call, 5).text == "+819012345678");
  CHECK(source::parameter("service", call, 5).text == "auction.example");
  CHECK(source::parameter("at", call, 5).text == "2026-11-20T01:00:00Z");
  CHECK(source::parameter("at_us", call, 5).number == 1'795'136'400'000'000);
  CHECK(source::parameter("port", call, 5).number == 443);
  CHECK(source::parameter("to", call, 5).text == "+81312345678");
  CHECK(source::parameter("from", call, 5).text == "1970-01-01T00:00:01Z");
  CHECK(source::parameter("until_us", call, 5).number == 2'000'000);
  CHECK(source::parameter("limit", call, 5).number == 5);
  const source::Parameter none = source::parameter("born", call, 5);
  CHECK(!none.text);
  CHECK(!none.number);
}

TEST_CASE("one reading statement with known parameters, whatever stands in quotes and comments") {
  const auto scanned = source::scan_sql("/* $x ; */ SELECT a -- ; $y\n, '$z;', \"$q\" FROM t WHERE b = $value AND c = $value AND d = $limit ; ");
  REQUIRE(scanned);
  CHECK(scanned->names == std::vector<std::string>{"value", "limit"});
  CHECK(scanned->positional.find("b = $1 AND c = $1 AND d = $2") != std::string::npos);
  CHECK(source::scan_sql("with x as (select 1) select $value"));
  for (const char* bad :
       {"", "DELETE FROM t WHERE a = $value", "SELECT 1", "SELECT $value; SELECT 2", "SELECT $value; 'x'", "SELECT $value, $other",
        "SELECT $1, $value", "SELECT '$value", "SELECT ?, $value", "SELECT @a, $value", "SELECT $value /* open", "SELECT 'a\\' || $value",
        "SELECT /* /* */ */ $value", "SELECT $$ $value $$", "ATTACH $value AS x", "PRAGMA $value", "(SELECT $value)", "SELECT a$b, $value"}) {
    CAPTURE(bad);
    CHECK(!source::scan_sql(bad));
  }
}

TEST_CASE("a SQLite query reads and does nothing else") {
  const Sqlite db;
  for (const char* bad : {"WITH x AS (SELECT $value) INSERT INTO member SELECT 'a','b','c','d' FROM x", "SELECT load_extension($value), 1",
                          "SELECT name FROM member WHERE account = $value", "SELECT absent, name FROM member WHERE account = $value"}) {
    CAPTURE(bad);
    const Status tested = db.source(bad)->test();
    REQUIRE(!tested);
    CHECK(tested.error().code == Code::SOURCE_CONFIG);
    CHECK(tested.error().where == "members/by account");
  }
  CHECK(db.source(kSql)->look_up({item("ex-1001"), 0}).value().table.rows.size() == 2);
}

TEST_CASE("a source that is not there is unavailable, not empty") {
  const Folder folder;
  const auto absent = one(parse_sources(config("sqlite:absent.sqlite", kSql), folder.path()));
  CHECK(absent->test().error().code == Code::SOURCE_UNAVAILABLE);
  CHECK(absent->look_up({item("a"), 0}).error().code == Code::SOURCE_UNAVAILABLE);
  CHECK(!fs::exists(folder.path() / "absent.sqlite"));
  folder.write("customers.sqlite", std::string(5000, 'x'));
  CHECK(one(parse_sources(config("sqlite:customers.sqlite", kSql), folder.path()))->test().error().code == Code::SOURCE_UNAVAILABLE);
  CHECK(load_sources(folder.path() / "absent.toml").error().code == Code::SOURCE_CONFIG);
}

TEST_CASE("a wrong configuration is refused with its place") {
  const std::string good = config("sqlite:a.sqlite", kSql);
  REQUIRE(parse_sources(good, "."));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    return text;
  };
  CHECK(why("x = ") != "");
  CHECK(why("") == "missing: [[source]]");
  CHECK(why(good + "[other]\n") == "unknown setting: other");
  CHECK(why(with("name = \"members\"", "name = \"Members\"")) == "a name has lower-case letters, digits and - only");
  CHECK(why(with("title_en", "title_fr")) == "missing: title_en");
  CHECK(why(with("kind = \"sql\"", "kind = \"xml\"")) == "kind is sql, csv or hand");
  CHECK(why(with("kind = \"sql\"", "kind = \"sql\"\ncolour = \"red\"")) == "unknown setting: colour");
  CHECK(why(with("kind = \"sql\"", "kind = \"sql\"\nhistory_days = 0")) == "not a number in its range: history_days");
  CHECK(why(with("ACCOUNT_ID", "ACCOUNT")) == "unknown selector: ACCOUNT");
  CHECK(why(with("[\"K1\"]", "[\"K0\"]")) == "unknown category: K0");
  CHECK(why(with("[\"K1\"]", "[]")) == "categories are empty");
  CHECK(why(with("[\"name\",\"address\"]", "[\"name\"]")) == "columns_ja and columns_en differ in length");
  CHECK(why(with("$limit", "$limits")) == "an unknown parameter: $limits");
  CHECK(why(with("sqlite:a.sqlite", "mysql://x")) == "url is sqlite:… or postgresql://…");
  CHECK(why(with("sqlite:a.sqlite", "postgresql://u:secret@host/db")).find("password") != std::string::npos);
  CHECK(why(with("sqlite:a.sqlite", "postgresql://u@host/db?password=secret")).find("password") != std::string::npos);
  CHECK(why(good + good) == "two sources of one name");
  CHECK(parse_sources(with("ACCOUNT_ID", "ACCOUNT"), ".").error().where == "members/by account");
}

namespace {
constexpr std::string_view kCsvConfig = R"([[source]]
name = "list"
title_ja = "一覧"
title_en = "List"
kind = "csv"
file = "members.csv"
history_days = 365
  [[source.query]]
  name = "by mail"
  selector = "EMAIL"
  categories = ["K1"]
  match = "mail"
  take = ["name", "note"]
  time = "at"
  columns_ja = ["氏名", "備考"]
  columns_en = ["name", "note"]
)";

inquiry::Item mail(std::string address) {
  inquiry::Item out = item(std::move(address));
  out.selector.input.type = text::SelectorType::EMAIL;
  out.selector.input.service.reset();
  return out;
}
}  // namespace

TEST_CASE("a CSV source finds by the normalised value and follows changes of the file") {
  const Folder folder;
  const auto source = one(parse_sources(kCsvConfig, folder.path()));
  CHECK(source->test().error().code == Code::SOURCE_UNAVAILABLE);
  folder.write("members.csv",
               "\xEF\xBB\xBFmail,name,note,at\r\nhanako@Example.com,\"例示, "
               "花子\",\"二行\n\"\"引用\"\"\",2026-01-01T00:00:00Z\r\n\r\nother@example.com,別人,,2026-01-01T00:00:00Z\r\n");
  CHECK(source->test());
  const auto found = source->look_up({mail(text::parse_selector({text::SelectorType::EMAIL, "hanako@EXAMPLE.com"}).value().input.value), 0});
  REQUIRE(found);
  CHECK(found->table.rows == std::vector<std::vector<std::string>>{{"例示, 花子", "二行\n\"引用\""}});
  CHECK(source->look_up({mail("nobody@example.com"), 0}).value().table.rows.empty());
  inquiry::Item before = mail("other@example.com");
  before.period = inquiry::Period{parse_rfc3339("2025-01-01T00:00:00Z").value(), parse_rfc3339("2025-12-31T00:00:00Z").value()};
  CHECK(source->look_up({before, 0}).value().table.rows.empty());
  folder.write("members.csv", "mail,name,note,at\nnobody@example.com,新規,,2026-01-01T00:00:00Z\nnobody@example.com,新規2,,2026-01-01T00:00:00Z\n");
  CHECK(source->look_up({mail("nobody@example.com"), 0}).value().table.rows.size() == 2);
  CHECK(source->look_up({mail("nobody@example.com"), 1}).value().truncated);
}

TEST_CASE("a broken CSV file is an error of its source") {
  const Folder folder;
  const auto source = one(parse_sources(kCsvConfig, folder.path()));
  for (const char* bad :
       {"", "mail,name,at\n", "mail,name,note,at,mail\n", "mail,name,note,at\na@example.com,x\n", "mail,name,note,at\n\"a\"b,x,y,z\n",
        "mail,name,note,at\na\"b,x,y,z\n", "mail,name,note,at\n\"a,x,y,z\n", "mail,name,note,at\n\x8e\x81,x,y,z\n"}) {
    CAPTURE(bad);
    folder.write("members.csv", bad);
    const Status tested = source->test();
    REQUIRE(!tested);
    CHECK(tested.error().code == Code::SOURCE_CONFIG);
  }
}

TEST_CASE("a source by hand gives a row to fill in") {
  const auto source =
      one(parse_sources("[[source]]\nname = \"paper\"\ntitle_ja = \"紙\"\ntitle_en = \"Paper\"\nkind = \"hand\"\n[[source.query]]\nname = "
                        "\"card\"\nselector = \"ACCOUNT_ID\"\n"
                        "categories = [\"K1\"]\ncolumns_ja = [\"氏名\",\"住所\"]\ncolumns_en = [\"name\",\"address\"]\n",
                        "."));
  CHECK(source->test());
  const auto found = source->look_up({item("ex-1"), 0});
  REQUIRE(found);
  CHECK(found->table.rows == std::vector<std::vector<std::string>>{{"", ""}});
  inquiry::Item other = item("ex-1");
  other.categories = {law::Category::K3};
  CHECK(source->look_up({other, 0}).error().code == Code::NOT_IN_PROFILE);
}

}  // namespace warifu::store
