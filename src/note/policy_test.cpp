#include "note/policy.h"

#include <doctest/doctest.h>

namespace warifu::note {
namespace {

using crypto::Ed25519Secret;

struct World {
  Signer log = Signer::create("hub.example/log/1", Ed25519Secret::generate()).value();
  std::vector<Cosigner> witnesses;
  World() {
    for (int i = 0; i < 4; ++i)
      witnesses.push_back(Cosigner::create("w" + std::to_string(i) + ".example/witness", Ed25519Secret::generate()).value());
  }
  std::string log_line() const { return "log " + log.verifier().text() + " https://hub.example/log/1\n"; }
  std::string witness_line(std::size_t i) const { return "witness w" + std::to_string(i) + " " + witnesses[i].verifier().text() + "\n"; }
  std::string all_lines() const { return log_line() + witness_line(0) + witness_line(1) + witness_line(2) + witness_line(3); }
  Note checkpoint(const std::vector<std::size_t>& by) const {
    const std::string text = "hub.example/log/1\n7\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n";
    Note note{text, {log.sign(text).value()}};
    for (const std::size_t i : by) note.signatures.push_back(witnesses[i].cosign(text, Time::from_seconds(1'795'267'200)).value());
    return note;
  }
};

std::string error_line(const Result<Policy>& result) { return result ? "none" : result.error().args.at("line"); }

}  // namespace

TEST_CASE("a quorum of groups") {
  const World w;
  const auto policy =
      Policy::parse("# who watches\n\n" + w.all_lines() + "group police 2 w0 w1 w2\n\tgroup both  all police w3 \nquorum both\n").value();
  CHECK(policy.logs.size() == 1);
  CHECK(policy.logs[0].url == "https://hub.example/log/1");
  CHECK(policy.witnesses.size() == 4);
  CHECK(policy.check(w.checkpoint({0, 1, 3})).has_value());
  CHECK(policy.check(w.checkpoint({0, 2, 3})).has_value());
  CHECK(policy.check(w.checkpoint({0, 1, 2})).error().code == Code::SIGNATURE_MISSING);
  CHECK(policy.check(w.checkpoint({0, 3})).error().code == Code::SIGNATURE_MISSING);
  CHECK(policy.check(w.checkpoint({0, 0, 3})).error().code == Code::SIGNATURE_MISSING);
  CHECK(policy.check(w.checkpoint({})).error().code == Code::SIGNATURE_MISSING);

  Note wrong = w.checkpoint({0, 1, 3});
  wrong.signatures[2].signature[20] ^= 1;
  CHECK(policy.check(wrong).error().code == Code::SIGNATURE_INVALID);
  Note unsigned_by_log = w.checkpoint({0, 1, 3});
  unsigned_by_log.signatures.erase(unsigned_by_log.signatures.begin());
  CHECK(policy.check(unsigned_by_log).error().code == Code::SIGNATURE_MISSING);
}

TEST_CASE("any, a single witness, and none") {
  const World w;
  const auto any = Policy::parse(w.all_lines() + "group g any w0 w1\nquorum g\n").value();
  CHECK(any.check(w.checkpoint({1})).has_value());
  CHECK_FALSE(any.check(w.checkpoint({2})).has_value());
  const auto one = Policy::parse(w.all_lines() + "quorum w2\n").value();
  CHECK(one.check(w.checkpoint({2})).has_value());
  CHECK_FALSE(one.check(w.checkpoint({1})).has_value());
  CHECK(Policy::parse(w.log_line() + "quorum none\n").value().check(w.checkpoint({})).has_value());
  CHECK(Policy::parse("quorum none\n").value().check(w.checkpoint({})).error().code == Code::KEY_UNKNOWN);
}

TEST_CASE("policies that are refused, with the line") {
  const World w;
  const std::string head = w.all_lines();  // five lines
  for (const char* bad : {"group g 0 w0\n", "group g 2 w0\n", "group g 01 w0\n", "group g any\n", "group g any nobody\n", "group g any none\n",
                          "group g any w0 w0\n", "group w0 any w1\n", "group none any w1\n", "group g some w0\n", "quorum nobody\n", "quorum w0 w1\n",
                          "quorum\n", "logs x\n", "log x\n", "witness w9\n", "group g any g\n", "quor\x01um none\n"})
    CHECK_MESSAGE(error_line(Policy::parse(head + bad)) == "6", bad);
  CHECK(error_line(Policy::parse(head + "quorum w0\nquorum w1\n")) == "7");
  CHECK(error_line(Policy::parse(head + "group g any w0\ngroup h any w0\n")) == "7");  // w0 would count twice
  CHECK(error_line(Policy::parse(head + w.witness_line(1))) == "6");
  CHECK(error_line(Policy::parse(head + w.log_line())) == "6");
  CHECK(error_line(Policy::parse("witness l " + w.log.verifier().text() + "\n")) == "1");  // a log's key is no witness's key
  CHECK(error_line(Policy::parse("log " + w.witnesses[0].verifier().text() + "\n")) == "1");
  CHECK(Policy::parse(head).error().code == Code::BAD_VALUE);                  // no quorum
  CHECK(Policy::parse(head + "quorum none").error().code == Code::BAD_VALUE);  // no line feed
}

}  // namespace warifu::note
