// A bundle of evidence as a stranger verifies it. The input is its entries, each a line with the name, a line with the length, and the bytes; the
// archive around them is made here, since its checksums would keep the fuzzer outside.

#include "exchange/evidence.h"

#include <charconv>

#include "fuzz/fuzz.h"
#include "inquiry/test_support.h"
#include "ledger/checkpoint.h"

namespace warifu::fuzz {
namespace {

constexpr std::string_view kLog = "hub.example/keys";

std::string spell(const exchange::ArchiveEntries& entries) {
  std::string out;
  for (const auto& [name, bytes] : entries) out += name + "\n" + std::to_string(bytes.size()) + "\n" + bytes;
  return out;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

exchange::ArchiveEntries entries_of(std::string_view rest) {
  exchange::ArchiveEntries out;
  while (!rest.empty()) {
    const std::string_view name = take_line(rest), length = take_line(rest);
    std::size_t bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), bytes);
    out.emplace(name, rest.substr(0, bytes));
    rest.remove_prefix(std::min(bytes, rest.size()));
  }
  return out;
}

const note::Policy& root() {
  static const note::Policy policy = note::Policy::parse("log " + signer(kLog).verifier().text() + "\nquorum none\n").value();
  return policy;
}

void one(std::string_view input) {
  const auto bundle = exchange::write_archive(entries_of(input));
  if (!bundle) return;
  const auto report = exchange::verify_evidence(*bundle, root());
  // Only the entries of the seed were ever signed.
  if (report) hold(report->org.text() == "kakuu-keisatsu.example" && report->acts.size() <= 1);
}

std::string genuine() {
  inquiry::test::TestOffice office(party::Side::AGENCY);
  const note::Signer sign = inquiry::test::test_signer("kakuu-keisatsu.example/sign");
  note::KeyEntry entry;
  entry.origin = std::string(kLog);
  entry.org = "kakuu-keisatsu.example";
  entry.key.assign(sign.verifier().key.bytes.begin(), sign.verifier().key.bytes.end());
  entry.valid = {inquiry::test::kStart - days(1), inquiry::test::kStart + days(1)};
  exchange::EvidenceInput in;
  in.org = party::OrganisationId::parse("kakuu-keisatsu.example").value();
  in.acts = {office.write(inquiry::Kind::DRAFTED)};
  in.matter = in.acts.front().act.matter;
  in.number = "架空警刑一発第123号";
  in.directory = {signed_note(entry.text().value(), "kakuu-keisatsu.example/root")};
  const std::vector<Sha256> leaves{ledger::leaf_hash(bytes_of(in.directory.front()))};
  in.checkpoint = signed_note(ledger::Checkpoint{std::string(kLog), 1, ledger::tree_root(leaves)}.text(), kLog);
  in.pdf = "%PDF-1.7\n";
  in.created = inquiry::test::kStart;
  return exchange::make_evidence(in, sign).value();
}

std::vector<std::string> seeds() { return {spell(exchange::read_archive(genuine()).value())}; }

const Registered registered({"evidence", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
