#include "crypto/age.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "base/bech32.h"
#include "base/file.h"
#include "base/test_source.h"
#include "crypto/aead.h"
#include "crypto/age_keys.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/random.h"
#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

Bytes sample(std::size_t n) {
  Bytes out(n);
  std::mt19937 random(static_cast<unsigned>(n));
  for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

AgeIdentity p256() { return AgeIdentity{generate_p256()}; }

// One of each kind that this library has.
std::vector<AgeIdentity> one_of_each() {
  std::vector<AgeIdentity> out{AgeIdentity::generate(), p256()};
  if (has_ml_kem())
    out.push_back(AgeIdentity::generate_hybrid().value());
  else
    MESSAGE("skipped for post-quantum keys: the library has no ML-KEM");
  return out;
}

// One file of the test kit: header lines, an empty line, the age file.
struct Kit {
  std::map<std::string, std::string> fields;
  std::vector<AgeIdentity> identities;
  std::string file;
  bool is_applicable = true;
};

Kit read_kit(const std::string& text) {
  Kit kit;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) break;
    const std::size_t colon = line.find(": ");
    const std::string name = line.substr(0, colon);
    const std::string value = line.substr(colon + 2);
    kit.fields[name] = value;
    if (name == "identity") {
      const Result<AgeIdentity> identity = AgeIdentity::parse(value);
      if (identity)
        kit.identities.push_back(*identity);
      else
        kit.is_applicable = false;  // post-quantum, and the library has no ML-KEM
    }
    if (name == "armored" || name == "compressed") kit.is_applicable = false;
  }
  kit.file = text.substr(at);
  return kit;
}

std::string verdict(const Result<AgeOpened>& opened) {
  if (opened) return "success";
  const Error& error = opened.error();
  if (error.code == Code::KEY_UNKNOWN) return "no match";
  if (error.code == Code::BAD_ENCODING && error.where == "header") return "header failure";
  if (error.code == Code::CRYPTO && error.where == "header") return "HMAC failure";
  if (error.code == Code::CRYPTO && error.where == "payload") return "payload failure";
  return "?";
}

}  // namespace

TEST_CASE("what is sealed is opened by each recipient and by nobody else") {
  const AgeIdentity a = AgeIdentity::generate(), b = AgeIdentity::generate(), module = p256(), stranger = AgeIdentity::generate();
  const std::vector<AgeRecipient> recipients{a.recipient(), b.recipient(), module.recipient()};
  for (const std::size_t n : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131071UL, 131072UL, 131073UL, 1UL << 20, (1UL << 20) + 1}) {
    CAPTURE(n);
    const Bytes plain = sample(n);
    const Bytes sealed = age_seal(recipients, plain).value();
    for (const AgeIdentity& who : {a, b, module}) {
      const AgeOpened opened = age_open({stranger, who}, sealed).value();
      CHECK(opened.plaintext == plain);
      CHECK(opened.stanzas == 3);
    }
    CHECK(age_open({stranger, p256()}, sealed).error().code == Code::KEY_UNKNOWN);
    CHECK(age_seal(recipients, plain).value() != sealed);  // a fresh key each time
  }
}

TEST_CASE("what is sealed for post-quantum keys is opened by each of them and by nobody else") {
  if (!has_ml_kem()) {
    MESSAGE("skipped: the library has no ML-KEM");
    return;
  }
  const AgeIdentity a = AgeIdentity::generate_hybrid().value(), b = AgeIdentity::generate_hybrid().value(),
                    stranger = AgeIdentity::generate_hybrid().value(), other_kind = AgeIdentity::generate();
  const std::vector<AgeRecipient> recipients{a.recipient(), b.recipient()};
  for (const std::size_t n : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131071UL, 131072UL, 131073UL, (1UL << 20) + 1}) {
    CAPTURE(n);
    const Bytes plain = sample(n);
    const Bytes sealed = age_seal(recipients, plain).value();
    for (const AgeIdentity& who : {a, b, AgeIdentity::parse(b.text().reveal()).value()}) {
      const AgeOpened opened = age_open({other_kind, stranger, who}, sealed).value();
      CHECK(opened.plaintext == plain);
      CHECK(opened.stanzas == 2);
    }
    const Error nobody = age_open({other_kind, p256(), stranger}, sealed).error();
    CHECK(nobody.code == Code::KEY_UNKNOWN);
    CHECK(nobody.message == "sealed for somebody else");
  }
  // As many as fit the header, and no more.
  const std::vector<AgeRecipient> most(kAgeHybridStanzasMax, a.recipient());
  CHECK(age_open({a}, age_seal(most, sample(10)).value()).value().stanzas == kAgeHybridStanzasMax);
}

TEST_CASE("post-quantum recipients stand by themselves, and are only so many") {
  const AgeRecipient hybrid{HybridPublic{}};
  const auto refused = [](const std::vector<AgeRecipient>& recipients) {
    bool is_written = false;
    const auto sealer = AgeSealer::start(recipients, [&](ByteView) -> Status {
      is_written = true;
      return {};
    });
    CHECK(!is_written);
    return sealer.error().code;
  };
  for (const AgeIdentity& beside : {AgeIdentity::generate(), p256()}) {
    CHECK(refused({hybrid, beside.recipient()}) == Code::BAD_VALUE);
    CHECK(refused({beside.recipient(), hybrid, hybrid}) == Code::BAD_VALUE);
  }
  CHECK(refused(std::vector<AgeRecipient>(kAgeHybridStanzasMax + 1, hybrid)) == Code::TOO_MANY);
}

TEST_CASE("in pieces of any size the result is the same") {
  const AgeIdentity own = AgeIdentity::generate();
  const std::vector<AgeRecipient> recipients{own.recipient()};
  for (const std::size_t piece : {1UL, 7UL, 65535UL, 65536UL, 65537UL, 65552UL, 200000UL}) {
    CAPTURE(piece);
    const Bytes plain = sample(piece == 1 ? 70000 : 400001);
    Bytes sealed, opened;
    const auto into = [](Bytes& out) {
      return [&out](ByteView part) -> Status {
        out.insert(out.end(), part.begin(), part.end());
        return {};
      };
    };
    AgeSealer sealer = AgeSealer::start(recipients, into(sealed)).value();
    for (std::size_t at = 0; at < plain.size(); at += piece) REQUIRE(sealer.write(ByteView(plain).subspan(at, std::min(piece, plain.size() - at))));
    REQUIRE(sealer.finish());
    AgeOpener opener({own}, into(opened));
    for (std::size_t at = 0; at < sealed.size(); at += piece)
      REQUIRE(opener.write(ByteView(sealed).subspan(at, std::min(piece, sealed.size() - at))));
    REQUIRE(opener.finish());
    CHECK(opened == plain);
  }
}

TEST_CASE("every flipped bit and every cut is found") {
  for (const AgeIdentity& own : one_of_each()) {
    const std::vector<AgeRecipient> recipients{own.recipient()};
    const Bytes sealed = age_seal(recipients, sample(100)).value();
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      CAPTURE(i);
      Bytes changed = sealed;
      changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      CHECK(!age_open({own}, changed));
      CHECK(!age_open({own}, ByteView(sealed).first(i)));
    }
    Bytes longer = sealed;
    longer.push_back(0);
    CHECK(age_open({own}, longer).error().where == "payload");
  }
}

TEST_CASE("a sink that cannot take more ends the work") {
  const AgeIdentity own = AgeIdentity::generate();
  const std::vector<AgeRecipient> recipients{own.recipient()};
  const Bytes sealed = age_seal(recipients, sample(300000)).value();
  std::size_t taken = 0;
  AgeOpener opener({own}, [&](ByteView part) -> Status {
    taken += part.size();
    if (taken > 100000) return fail(Code::DISK_FULL, "full");
    return {};
  });
  CHECK(opener.write(sealed).error().code == Code::DISK_FULL);
  CHECK(AgeSealer::start(recipients, [](ByteView) -> Status { return fail(Code::DISK_FULL, "full"); }).error().code == Code::DISK_FULL);
}

TEST_CASE("recipients and identities have one spelling") {
  // The pair of the specification's test kit.
  const AgeIdentity known = AgeIdentity::parse("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0").value();
  CHECK(known.text().reveal() == "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0");
  for (const AgeRecipient& recipient : {known.recipient(), p256().recipient()}) {
    CHECK(AgeRecipient::parse(recipient.text()).value() == recipient);
    std::string upper = recipient.text();
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(AgeRecipient::parse(upper).error().code == Code::BAD_KEY);
  }
  for (const AgeIdentity& own : one_of_each()) {
    CHECK(AgeRecipient::parse(own.recipient().text()).value() == own.recipient());
    const std::string text = own.text().reveal();
    if (!text.empty()) CHECK(AgeIdentity::parse(text).value().recipient() == own.recipient());
  }
  CHECK(known.recipient().text().starts_with("age1"));
  CHECK(p256().recipient().text().starts_with("age1tag1"));
  CHECK(p256().text().reveal().empty());
  for (const char* text : {"", "age1", "age1qqqq", "age1tag1qqqqqq", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "AGE-SECRET-KEY-1"}) {
    CHECK(AgeRecipient::parse(text).error().code == Code::BAD_KEY);
    CHECK(AgeIdentity::parse(text).error().code == Code::BAD_KEY);
  }
  CHECK(AgeSealer::start({}, [](ByteView) -> Status { return {}; }).error().code == Code::EMPTY_FIELD);
  const std::vector<AgeRecipient> many(65, known.recipient());
  CHECK(AgeSealer::start(many, [](ByteView) -> Status { return {}; }).error().code == Code::TOO_MANY);
}

TEST_CASE("the test kit of the age format") {
  const std::filesystem::path folder = std::filesystem::path(warifu::testing::shared_data()) / "vectors" / "age-testkit" / "testdata";
  if (!std::filesystem::is_directory(folder)) {
    MESSAGE("skipped: data absent");
    return;
  }
  int applied = 0, passed_over = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const Kit kit = read_kit(read_file(entry.path().string(), 64u * 1024 * 1024).value());
    if (!kit.is_applicable) {
      ++passed_over;
      continue;
    }
    ++applied;
    std::string expected = kit.fields.at("expect");
    // Passphrases are refused, whatever is in the file: it is never ours.
    if (kit.fields.contains("passphrase") && expected != "header failure") {
      const std::string said = verdict(age_open(kit.identities, bytes_of(kit.file)));
      CHECK((said == "header failure" || said == "no match"));
      continue;
    }
    const Result<AgeOpened> opened = age_open(kit.identities, bytes_of(kit.file));
    const std::string said = verdict(opened);
    // A file for nobody here may be found wanting in its header first or be seen as somebody else's.
    if (expected == "header failure" && kit.identities.empty())
      CHECK_MESSAGE((said == "header failure" || said == "no match"), said);
    else
      CHECK(said == expected);
    if (opened) CHECK(sha256(opened->plaintext).hex() == kit.fields.at("payload"));
  }
  MESSAGE("age test kit: ", applied, " applied, ", passed_over, " passed over (armor, compression",
          std::string(has_ml_kem() ? ")" : ", post-quantum)"));
  CHECK(applied >= (has_ml_kem() ? 90 : 70));
}

// Whoever seals for post-quantum keys must be told why nobody here opens it, and what is sealed for a key of ours as well is opened with that.
TEST_CASE("post-quantum keys and stanzas are known by name, and refused as such where the library has no ML-KEM") {
  const char* const why = has_ml_kem() ? "sealed for somebody else" : "post-quantum: the cryptographic library has no ML-KEM";
  const std::string recipient = bech32_encode("age1pq", to_bech32_groups(Bytes(1216)), Bech32Kind::BECH32);
  const std::string identity = "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG";
  // What somebody else sealed for can be read and compared everywhere.
  CHECK(AgeRecipient::read(recipient).value() == AgeRecipient{HybridPublic{}});
  CHECK(AgeRecipient::read(recipient).value().text() == recipient);
  for (const std::size_t wrong : {0UL, 32UL, 1184UL, 1215UL, 1217UL}) {
    CAPTURE(wrong);
    const std::string text = bech32_encode("age1pq", to_bech32_groups(sample(wrong)), Bech32Kind::BECH32);
    CHECK(AgeRecipient::read(text).error().code == Code::BAD_KEY);
    CHECK(AgeRecipient::parse(text).error().code == Code::BAD_KEY);
  }
  for (const std::size_t wrong : {0UL, 31UL, 33UL, 64UL}) {
    std::string text = bech32_encode("age-secret-key-pq-", to_bech32_groups(sample(wrong)), Bech32Kind::BECH32);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    CHECK(AgeIdentity::parse(text).error().code == Code::BAD_KEY);
  }
  if (has_ml_kem()) {
    CHECK(AgeIdentity::parse(identity).value().text().reveal() == identity);
    // A key above the modulus.
    const std::string none = bech32_encode("age1pq", to_bech32_groups(Bytes(1216, 0xFF)), Bech32Kind::BECH32);
    CHECK(AgeRecipient::parse(none).error().code == Code::BAD_KEY);
    const std::vector<AgeRecipient> nobody{AgeRecipient::read(none).value()};
    CHECK(age_seal(nobody, sample(1)).error().code == Code::BAD_KEY);
    CHECK(age_seal(nobody, sample(1)).error().where == "recipients");
  } else {
    const auto refused = [&](const auto& parsed, Code code) {
      REQUIRE(!parsed);
      CHECK(parsed.error().code == code);
      CHECK(parsed.error().message == why);
      CHECK(parsed.error().where == "mlkem768x25519");
    };
    refused(AgeRecipient::parse(recipient), Code::BAD_KEY);
    refused(AgeIdentity::parse(identity), Code::BAD_KEY);
    refused(AgeIdentity::generate_hybrid(), Code::CRYPTO);
    refused(age_seal(std::vector{AgeRecipient::read(recipient).value()}, sample(1)), Code::CRYPTO);
  }

  const AgeIdentity own = AgeIdentity::generate(), stranger = AgeIdentity::generate();
  const std::vector<AgeRecipient> recipients{own.recipient()};
  const Bytes sealed = age_seal(recipients, sample(100)).value();
  const std::string file(text_of(sealed));
  const auto stanza = [](std::size_t enc, std::size_t body, const char* more = "") {
    return internal::spell({{"mlkem768x25519", internal::bare_base64(sample(enc)) + more}, sample(body)});
  };
  // In front of the stanza that is there.
  const auto with = [&](const std::string& added) {
    const std::size_t place = file.find("-> ");
    return file.substr(0, place) + added + file.substr(place);
  };
  std::vector<AgeIdentity> others{stranger};
  if (has_ml_kem()) others.push_back(AgeIdentity::parse(identity).value());
  const auto told = [&](const std::string& text) { return age_open(others, bytes_of(text)).error(); };
  CHECK(told(file).message == "sealed for somebody else");
  const Error post_quantum = told(with(stanza(1120, 32)));
  CHECK(post_quantum.code == Code::KEY_UNKNOWN);
  CHECK(post_quantum.message == why);
  if (!has_ml_kem()) CHECK(post_quantum.args.at("key") == "mlkem768x25519");
  for (const std::string& malformed : {stanza(1119, 32), stanza(1121, 32), stanza(1120, 31), stanza(1120, 33), stanza(1120, 32, " more"),
                                       internal::spell({{"mlkem768x25519"}, sample(32)}), internal::spell({{"mlkem768x25519", "A=="}, sample(32)})}) {
    CHECK(told(with(malformed)).code == Code::BAD_ENCODING);
  }

  // Sealed for one of each kind, by a program that has both.
  const internal::AgeFileKey file_key(random_array<16>());
  std::string both =
      std::string(internal::kAgeFirstLine) + stanza(1120, 32) + internal::spell(internal::wrap(own.recipient(), file_key).value()) + "---";
  both += " " + internal::bare_base64(hmac_sha256(hkdf_sha256(file_key.reveal(), {}, "header", 32), bytes_of(both))) + "\n";
  const auto nonce = random_array<16>();
  std::array<std::uint8_t, 32> payload_key{};
  std::ranges::copy(hkdf_sha256(file_key.reveal(), nonce, "payload", 32), payload_key.begin());
  AeadNonce last{};
  last[11] = 1;
  Bytes whole(both.begin(), both.end());
  whole.insert(whole.end(), nonce.begin(), nonce.end());
  std::ranges::copy(aead_seal(AeadKey(payload_key), last, {}, bytes_of("for both")), std::back_inserter(whole));
  const AgeOpened opened_by_own = age_open({stranger, own}, whole).value();
  CHECK(text_of(opened_by_own.plaintext) == "for both");
  CHECK(opened_by_own.stanzas == 2);
  CHECK(age_open(others, whole).error().message == why);
}

// With ML-KEM the kit is applied above, the hybrid files with it.
TEST_CASE("the hybrid files of the kit are refused by name where the library has no ML-KEM") {
  const std::filesystem::path folder = std::filesystem::path(warifu::testing::shared_data()) / "vectors" / "age-testkit" / "testdata";
  if (!std::filesystem::is_directory(folder)) {
    MESSAGE("skipped: data absent");
    return;
  }
  if (has_ml_kem()) return;
  int refusals = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("hybrid")) continue;
    CAPTURE(name);
    const Kit kit = read_kit(read_file(entry.path().string(), 64u * 1024 * 1024).value());
    if (kit.fields.contains("compressed")) continue;
    const Result<AgeOpened> result = age_open(kit.identities.empty() ? std::vector{AgeIdentity::generate()} : kit.identities, bytes_of(kit.file));
    REQUIRE(!result);
    ++refusals;
    const bool is_malformed = result.error().code == Code::BAD_ENCODING;
    CHECK((is_malformed || result.error().code == Code::KEY_UNKNOWN));
    if (is_malformed) CHECK(kit.fields.at("expect") == "header failure");
    if (name == "hybrid") CHECK(result.error().message == "post-quantum: the cryptographic library has no ML-KEM");
    for (const char* malformed :
         {"hybrid_extra_argument", "hybrid_long_file_key", "hybrid_long_share", "hybrid_short_share", "hybrid_not_canonical_enc"})
      if (name == malformed) CHECK(is_malformed);
  }
  CHECK(refusals >= 15);
  MESSAGE("skipped: the library has no ML-KEM (", refusals, " files of the kit are refused by name)");
}

// A foreign program of the format opens ours, and we open its.
TEST_CASE("Debian's age opens what is sealed here, and the other way round") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("warifu-age-" + to_hex(random_bytes(8)));
  std::filesystem::create_directories(folder);
  const auto at = [&](const char* name) { return (folder / name).string(); };
  const AgeIdentity own = AgeIdentity::generate(), second = AgeIdentity::generate();
  REQUIRE(write_file_durably(at("key"), bytes_of(own.text().reveal() + "\n"), 0600));
  const std::vector<AgeRecipient> recipients{second.recipient(), own.recipient()};
  for (const std::size_t n : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131071UL, 131072UL, 131073UL, 3'000'000UL}) {
    CAPTURE(n);
    const Bytes plain = sample(n);
    REQUIRE(write_file_durably(at("sealed"), age_seal(recipients, plain).value(), 0600));
    REQUIRE(std::system(("age -d -i " + at("key") + " " + at("sealed") + " > " + at("opened")).c_str()) == 0);
    CHECK(read_file(at("opened"), 1U << 24).value() == text_of(plain));
    REQUIRE(write_file_durably(at("plain"), plain, 0600));
    REQUIRE(std::system(
                ("age -r " + second.recipient().text() + " -r " + own.recipient().text() + " -o " + at("theirs") + " " + at("plain")).c_str()) == 0);
    const Result<AgeOpened> opened = age_open({own}, bytes_of(read_file(at("theirs"), 1U << 24).value()));
    REQUIRE(opened);
    CHECK(opened->plaintext == plain);
    CHECK(opened->stanzas == 2);
    std::filesystem::remove(at("opened"));
    std::filesystem::remove(at("theirs"));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("HPKE opens the messages of RFC 9180") {
  const auto text = testing::read_vectors("rfc9180/rfc9180-appendix-a.json");
  if (!text) {
    MESSAGE("skipped: data absent");
    return;
  }
  int opened = 0;
  testing::each_vector(*text, "ct", [&](const testing::Members& m) {
    if (m.at("mode") != "0" || m.at("kem_id") != "16" || m.at("kdf_id") != "1" || m.at("aead_id") != "3" || m.at("sequence_number") != "0") return;
    std::array<std::uint8_t, 32> raw{};
    std::ranges::copy(testing::unhex(m.at("skRm")), raw.begin());
    const auto key = p256_from_bytes(Sensitive(raw)).value();
    P256Public enc{};
    std::ranges::copy(testing::unhex(m.at("enc")), enc.begin());
    CHECK(Bytes(key->public_key().begin(), key->public_key().end()) == testing::unhex(m.at("pkRm")));
    const Bytes info = testing::unhex(m.at("info"));
    const auto plain = hpke_open(*key, enc, text_of(info), testing::unhex(m.at("aad")), testing::unhex(m.at("ct")));
    REQUIRE(plain);
    CHECK(*plain == testing::unhex(m.at("pt")));
    ++opened;
  });
  CHECK(opened >= 1);
}

TEST_CASE("X25519 agrees as Wycheproof says") {
  const auto text = testing::read_vectors("wycheproof/x25519_test.json");
  if (!text) {
    MESSAGE("skipped: data absent");
    return;
  }
  int checked = 0, refused = 0;
  testing::each_vector(*text, "result", [&](const testing::Members& m) {
    if (!m.contains("private") || !m.contains("shared")) return;
    std::array<std::uint8_t, 32> secret{};
    X25519Public other{};
    std::ranges::copy(testing::unhex(m.at("private")), secret.begin());
    std::ranges::copy(testing::unhex(m.at("public")), other.begin());
    const Result<SharedSecret> agreed = X25519Secret::from_bytes(Sensitive(secret)).agree(other);
    const Bytes expected = testing::unhex(m.at("shared"));
    ++checked;
    if (std::ranges::all_of(expected, [](std::uint8_t b) { return b == 0; })) {
      CHECK(!agreed);
      ++refused;
    } else {
      REQUIRE(agreed);
      CHECK(Bytes(agreed->reveal().begin(), agreed->reveal().end()) == expected);
    }
  });
  CHECK(checked > 500);
  CHECK(refused > 10);
}

}  // namespace warifu::crypto
