// age files. First byte: even, the rest is a file that is opened whole and in pieces; odd, the rest is a text that is sealed, opened and opened
// again with one bit changed.

#include "crypto/age.h"

#include "crypto/age_header.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

// Ours, and that of the hybrid files of the test kit where the library has ML-KEM.
const std::vector<crypto::AgeIdentity>& identities() {
  static const std::vector<crypto::AgeIdentity> made = [] {
    std::vector<crypto::AgeIdentity> out{identity()};
    if (const auto hybrid = crypto::AgeIdentity::parse("AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG"))
      out.push_back(*hybrid);
    return out;
  }();
  return made;
}

Result<Bytes> open_in_pieces(std::string_view file, std::size_t size) {
  Bytes plain;
  crypto::AgeOpener opener(identities(), [&plain](ByteView piece) -> Status {
    plain.insert(plain.end(), piece.begin(), piece.end());
    return {};
  });
  for (std::size_t at = 0; at < file.size(); at += size) TRY(opener.write(bytes_of(file.substr(at, size))));
  TRY(opener.finish());
  return plain;
}

void open(std::string_view file) {
  if (const auto end = crypto::internal::age_header_end(file)) {
    if (const auto header = crypto::internal::AgeHeader::parse(file.substr(0, *end))) {
      std::string spelled(crypto::internal::kAgeFirstLine);
      for (const auto& stanza : header->stanzas) spelled += crypto::internal::spell(stanza);
      spelled += "---";
      hold(spelled == header->authenticated);
    }
  }
  const auto whole = crypto::age_open(identities(), bytes_of(file));
  const auto pieces = open_in_pieces(file, file.size() > 2000 ? 997 : 7);
  hold(whole.has_value() == pieces.has_value());
  if (whole) hold(whole->plaintext == *pieces);
  if (!whole) hold(whole.error().code == pieces.error().code);
}

void seal(std::string_view plain) {
  const std::vector<crypto::AgeRecipient> recipients{identity().recipient()};
  Bytes sealed = crypto::age_seal(recipients, bytes_of(plain)).value();
  const auto opened = crypto::age_open({identity()}, sealed);
  hold(opened.has_value() && text_of(opened->plaintext) == plain);
  // Anywhere, chosen by the text.
  std::size_t at = plain.size();
  for (const char c : plain) at = at * 31 + static_cast<unsigned char>(c);
  sealed[at % sealed.size()] ^= static_cast<std::uint8_t>(1 << (at / sealed.size() % 8));
  hold(!crypto::age_open({identity()}, sealed).has_value());
}

void one(std::string_view input) {
  if (take_choice(input, 2) == 0)
    open(input);
  else
    seal(input);
}

std::string age_file(std::size_t size) {
  const std::vector<crypto::AgeRecipient> recipients{identity().recipient()};
  return std::string(text_of(crypto::age_seal(recipients, Bytes(size, 'x')).value()));
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL}) out.push_back(chosen(0, age_file(size)));
  for (const char* text : {"", "割符", "0123456789"}) out.push_back(chosen(1, text));
  out.push_back(chosen(1, std::string(65537, 'y')));
  return out;
}

// Files of the test kit: what stands behind the first empty line.
std::vector<std::string> vectors() {
  std::vector<std::string> out;
  for (const std::string& file : vector_files("age-testkit/testdata"))
    if (const std::size_t at = file.find("\n\n"); at != std::string::npos) out.push_back(chosen(0, std::string_view(file).substr(at + 2)));
  return out;
}

const Registered registered({"age", one, seeds, vectors});

}  // namespace
}  // namespace warifu::fuzz
