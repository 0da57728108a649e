#include "note/passkey.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/test_source.h"
#include "json/codec.h"
#include "note/cbor.h"
#include "note/test_authenticator.h"

namespace warifu::note {
namespace {

const RelyingParty kHere{"https://desk.minato.example", "minato.example"};
const std::vector<RelyingParty> kParties{kHere};
constexpr const char* kName = "minato.police.example/person/875b09d669412c65b98c341d3c151463";
constexpr const char* kText = "warifu-act/v1\nwhat is signed\n";

using Bend = TestAuthenticator::Bend;

template <class T>
Code code_of(const T& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

json::Value vectors() {
  const auto text = read_file(warifu::testing::source_dir() + "/tests/vectors/passkey.json", 64 * 1024);
  REQUIRE(text);
  return json::parse(*text).value();
}
std::string text_at(const json::Value& of, std::string_view name) { return std::string(json::view(of.as_object().at(name).as_string())); }
Bytes bytes_at(const json::Value& of, std::string_view name) { return from_base64(text_at(of, name)).value(); }

TEST_CASE("vectors of another implementation: the registration gives the key, the assertion signs the text, every flipped bit spoils it") {
  const json::Value all = vectors();
  const std::vector<RelyingParty> parties{{text_at(all, "origin"), text_at(all, "rp_id")}};
  int seen = 0;
  for (const json::Value& v : all.as_object().at("vectors").as_array()) {
    const auto made =
        read_registration(bytes_at(v, "attestation"), bytes_at(v, "registration_client_data"), text_at(all, "registration_text"), parties);
    REQUIRE_MESSAGE(made, made.error().message);
    CHECK(made->key == bytes_at(v, "public"));
    CHECK(made->credential == bytes_at(v, "credential"));
    CHECK(enum_text(made->algorithm) == text_at(v, "algorithm"));
    const PersonKey key = PersonKey::create(text_at(all, "person"), made->algorithm, made->key).value();
    CHECK(key.text() == text_at(v, "vkey"));

    const Assertion good{key.text(), bytes_at(v, "authenticator_data"), bytes_at(v, "client_data"), bytes_at(v, "signature")};
    const std::string text = text_at(all, "text");
    CHECK(check_assertion(good, text, parties, key));
    CHECK(code_of(check_assertion(good, text + "\n", parties, key)) == Code::SIGNATURE_INVALID);
    for (Bytes Assertion::* part : {&Assertion::authenticator_data, &Assertion::client_data, &Assertion::signature}) {
      for (std::size_t bit = 0; bit < (good.*part).size() * 8; ++bit) {
        Assertion bad = good;
        (bad.*part)[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CHECK_FALSE(check_assertion(bad, text, parties, key));
      }
      Assertion longer = good, shorter = good;
      (longer.*part).push_back(0);
      (shorter.*part).pop_back();
      CHECK_FALSE(check_assertion(longer, text, parties, key));
      CHECK_FALSE(check_assertion(shorter, text, parties, key));
    }
    ++seen;
  }
  CHECK(seen == 3);
}

struct Case {
  const char* what;
  Code code;
  TestAuthenticator::Change change;
};

// What both kinds of answer share.
const std::vector<Case>& bad_answers() {
  static const std::vector<Case> cases = {
      {"no type", Code::BAD_PASSKEY, [](Bend& b) { b.client.erase("type"); }},
      {"another type", Code::BAD_PASSKEY, [](Bend& b) { b.client["type"] = "payment.get"; }},
      {"a type that is no text", Code::BAD_PASSKEY, [](Bend& b) { b.client["type"] = 1; }},
      {"no challenge", Code::BAD_PASSKEY, [](Bend& b) { b.client.erase("challenge"); }},
      {"a challenge of 31 bytes", Code::BAD_PASSKEY, [](Bend& b) { b.client["challenge"] = to_base64url(Bytes(31, 1)); }},
      {"a challenge with padding", Code::BAD_PASSKEY, [](Bend& b) { b.client["challenge"] = to_base64(crypto::sha256(kText).bytes); }},
      {"another challenge", Code::SIGNATURE_INVALID, [](Bend& b) { b.client["challenge"] = to_base64url(crypto::sha256("other").bytes); }},
      {"no origin", Code::BAD_PASSKEY, [](Bend& b) { b.client.erase("origin"); }},
      {"another origin", Code::PASSKEY_ORIGIN, [](Bend& b) { b.client["origin"] = "https://desk.minato.example.evil.example"; }},
      {"the origin with a slash", Code::PASSKEY_ORIGIN, [](Bend& b) { b.client["origin"] = "https://desk.minato.example/"; }},
      {"the origin without TLS", Code::PASSKEY_ORIGIN, [](Bend& b) { b.client["origin"] = "http://desk.minato.example"; }},
      {"the origin at another port", Code::PASSKEY_ORIGIN, [](Bend& b) { b.client["origin"] = "https://desk.minato.example:8443"; }},
      {"a page inside another one", Code::BAD_PASSKEY, [](Bend& b) { b.client["crossOrigin"] = true; }},
      {"crossOrigin that is no truth value", Code::BAD_PASSKEY, [](Bend& b) { b.client["crossOrigin"] = "false"; }},
      {"a top origin", Code::BAD_PASSKEY, [](Bend& b) { b.client["topOrigin"] = "https://evil.example"; }},
      {"a member twice", Code::BAD_PASSKEY,
       [](Bend& b) {
         const std::string text = json::compact(b.client);
         b.client_text = R"({"origin":"https://evil.example",)" + text.substr(1);
       }},
      {"no JSON", Code::BAD_PASSKEY, [](Bend& b) { b.client_text = "{"; }},
      {"no object", Code::BAD_PASSKEY, [](Bend& b) { b.client_text = "[1]"; }},
      {"too long", Code::BAD_PASSKEY, [](Bend& b) { b.client["more"] = std::string(limits::kClientDataBytesMax, 'x'); }},
      {"another relying party", Code::PASSKEY_ORIGIN, [](Bend& b) { b.rp_id = "example"; }},
      {"the host in place of the relying party", Code::PASSKEY_ORIGIN, [](Bend& b) { b.rp_id = "desk.minato.example"; }},
      {"nobody present", Code::PASSKEY_UNVERIFIED, [](Bend& b) { b.flags &= 0xfe; }},
      {"the person not verified", Code::PASSKEY_UNVERIFIED, [](Bend& b) { b.flags &= 0xfb; }},
      {"a reserved flag", Code::BAD_PASSKEY, [](Bend& b) { b.flags |= 0x02; }},
      {"the other reserved flag", Code::BAD_PASSKEY, [](Bend& b) { b.flags |= 0x20; }},
      {"backed up without being eligible", Code::BAD_PASSKEY, [](Bend& b) { b.flags |= 0x10; }},
      {"extensions announced and absent", Code::BAD_PASSKEY, [](Bend& b) { b.flags |= 0x80; }},
      {"extensions that are no map", Code::BAD_PASSKEY, [](Bend& b) { b.flags |= 0x80, b.behind.push_back(0x01); }},
      {"extensions in an indefinite map", Code::BAD_PASSKEY, [](Bend& b) { b.flags |= 0x80, b.behind.insert(b.behind.end(), {0xbf, 0xff}); }},
      {"bytes behind the end", Code::BAD_PASSKEY, [](Bend& b) { b.behind.push_back(0); }},
      {"larger than any authenticator data", Code::BAD_PASSKEY, [](Bend& b) { b.behind.resize(limits::kAuthenticatorDataBytesMax); }},
  };
  return cases;
}

TEST_CASE("an assertion is refused for each thing that is wrong with it, however well it is signed") {
  for (const PersonKeyAlgorithm algorithm : {PersonKeyAlgorithm::webauthn_es256, PersonKeyAlgorithm::webauthn_ed25519}) {
    const TestAuthenticator device(kHere, algorithm);
    const PersonKey key = device.person_key(kName);
    REQUIRE(check_assertion(device.assertion(kName, kText), kText, kParties, key));
    for (const Case& one : bad_answers()) {
      INFO(one.what);
      CHECK(code_of(check_assertion(device.assertion(kName, kText, one.change), kText, kParties, key)) == one.code);
    }
    const auto refused = [&](const char* what, Code code, const TestAuthenticator::Change& change) {
      INFO(what);
      CHECK(code_of(check_assertion(device.assertion(kName, kText, change), kText, kParties, key)) == code);
    };
    refused("a registration's type", Code::BAD_PASSKEY, [](Bend& b) { b.client["type"] = "webauthn.create"; });
    refused("a new key in it", Code::BAD_PASSKEY, [&](Bend& b) { b.flags |= 0x40, b.behind = device.attested(); });
  }
}

TEST_CASE("what browsers and authenticators may add is tolerated") {
  const TestAuthenticator device(kHere);
  const PersonKey key = device.person_key(kName);
  const auto accepted = [&](const char* what, const TestAuthenticator::Change& change) {
    INFO(what);
    CHECK(check_assertion(device.assertion(kName, kText, change), kText, kParties, key));
  };
  accepted("no crossOrigin", [](Bend& b) { b.client.erase("crossOrigin"); });
  accepted("another member", [](Bend& b) { b.client["other_keys_can_be_added_here"] = "…"; });
  accepted("synchronised", [](Bend& b) { b.flags |= 0x18; });
  accepted("extensions", [](Bend& b) { b.flags |= 0x80, b.behind = {0xa1, 0x63, 'f', 'o', 'o', 0xf5}; });
}

TEST_CASE("an assertion is of one key, at the places its organisation has") {
  const TestAuthenticator device(kHere), other(kHere);
  const PersonKey key = device.person_key(kName);
  const Assertion good = device.assertion(kName, kText);
  CHECK(code_of(check_assertion(good, kText, kParties, other.person_key(kName))) == Code::KEY_UNKNOWN);
  Assertion renamed = good;
  renamed.key = other.person_key(kName).text();
  CHECK(code_of(check_assertion(renamed, kText, kParties, other.person_key(kName))) == Code::SIGNATURE_INVALID);
  CHECK(code_of(check_assertion(good, kText, kParties, device.person_key("minato.police.example/person/00000000000000000000000000000001"))) ==
        Code::KEY_UNKNOWN);
  CHECK(code_of(check_assertion(good, kText, {}, key)) == Code::PASSKEY_ORIGIN);
  const std::vector<RelyingParty> elsewhere{{"https://desk.minato.example", "desk.minato.example"}};
  CHECK(code_of(check_assertion(good, kText, elsewhere, key)) == Code::PASSKEY_ORIGIN);
  // Origin and relying party of one entry, not of two.
  const std::vector<RelyingParty> mixed{{"https://desk.minato.example", "desk.minato.example"}, {"https://other.minato.example", "minato.example"}};
  CHECK(code_of(check_assertion(good, kText, mixed, key)) == Code::PASSKEY_ORIGIN);
  const std::vector<RelyingParty> several{{"https://old.example", "old.example"}, kHere};
  CHECK(check_assertion(good, kText, several, key));
  const VerifierKey note_key = VerifierKey::create(kName, crypto::Ed25519Secret::generate().public_key()).value();
  Assertion of_note = good;
  of_note.key = note_key.text();
  CHECK(code_of(check_assertion(of_note, kText, kParties, note_key)) == Code::KEY_UNKNOWN);
  Assertion empty = good;
  empty.signature.clear();
  CHECK(code_of(check_assertion(empty, kText, kParties, key)) == Code::BAD_PASSKEY);
  empty.signature.resize(limits::kAssertionSignatureBytesMax + 1);
  CHECK(code_of(check_assertion(empty, kText, kParties, key)) == Code::BAD_PASSKEY);
}

TEST_CASE("a registration gives the key, with attestation none or by the key itself, and is refused for each thing that is wrong") {
  for (const PersonKeyAlgorithm algorithm : {PersonKeyAlgorithm::webauthn_es256, PersonKeyAlgorithm::webauthn_ed25519}) {
    const TestAuthenticator device(kHere, algorithm);
    const auto read = [&](const TestAuthenticator::Change& change = {}) {
      const auto made = device.create(kText, change);
      return read_registration(made.attestation, made.client_data, kText, kParties);
    };
    const NewPasskey made = read().value();
    CHECK(made.algorithm == algorithm);
    CHECK(made.key == device.key());
    CHECK(made.credential == device.credential());
    CHECK(read([](Bend& b) { b.format = "packed", b.signs_attestation = true; }).value().key == device.key());
    CHECK(read([](Bend& b) { b.flags |= 0x80, b.behind.push_back(0xa0); }));

    for (const Case& one : bad_answers()) {
      INFO(one.what);
      CHECK(code_of(read(one.change)) == one.code);
    }
    CHECK(code_of(read([](Bend& b) { b.client["type"] = "webauthn.get"; })) == Code::BAD_PASSKEY);
    CHECK(code_of(read([](Bend& b) { b.flags &= 0xbf, b.behind.clear(); })) == Code::BAD_PASSKEY);
    CHECK(code_of(read([](Bend& b) { b.signs_attestation = true; })) == Code::BAD_PASSKEY);  // none, with a statement
    CHECK(code_of(read([](Bend& b) { b.format = "packed"; })) == Code::BAD_PASSKEY);
    CHECK(code_of(read([](Bend& b) { b.format = "fido-u2f"; })) == Code::BAD_PASSKEY);

    // Cut anywhere, or longer by one: refused.
    const auto whole = device.create(kText);
    for (std::size_t size = 0; size < whole.attestation.size(); ++size)
      CHECK(code_of(read_registration(ByteView(whole.attestation).first(size), whole.client_data, kText, kParties)) == Code::BAD_PASSKEY);
    Bytes longer = whole.attestation;
    longer.push_back(0);
    CHECK(code_of(read_registration(longer, whole.client_data, kText, kParties)) == Code::BAD_PASSKEY);
    CHECK(code_of(read_registration(Bytes(limits::kAttestationBytesMax + 1), whole.client_data, kText, kParties)) == Code::BAD_PASSKEY);
    for (std::size_t size = 0; size < device.attested().size(); ++size)
      CHECK(code_of(read([&](Bend& b) { b.behind.resize(size); })) == Code::BAD_PASSKEY);
  }
}

TEST_CASE("a credential's key is exactly an ES256 or an Ed25519 key") {
  const TestAuthenticator device(kHere);
  const std::size_t at = device.attested().size() - device.cose_key().size();
  const auto with = [&](Bytes cose) {
    const auto made = device.create(kText, [&](Bend& b) { b.behind.resize(at), b.behind.insert(b.behind.end(), cose.begin(), cose.end()); });
    return read_registration(made.attestation, made.client_data, kText, kParties);
  };
  const Bytes good = device.cose_key();
  CHECK(with(good));
  // kty, alg and crv of something else; x of 31 bytes; a point off the curve; a sixth member; y away; a member twice.
  for (const std::size_t place : {2U, 4U, 6U}) {
    Bytes bad = good;
    bad[place] ^= 1;
    CHECK(code_of(with(bad)) == Code::BAD_PASSKEY);
  }
  Bytes off = good;
  off.back() ^= 1;
  CHECK(code_of(with(off)) == Code::BAD_PASSKEY);
  Bytes more = good;
  more[0] = 0xa6;
  more.insert(more.end(), {0x04, 0x80});
  CHECK(code_of(with(more)) == Code::BAD_PASSKEY);
  Bytes less(good.begin(), good.end() - 35);
  less[0] = 0xa4;
  CHECK(code_of(with(less)) == Code::BAD_PASSKEY);
  Bytes twice = good;
  twice[0] = 0xa6;
  twice.insert(twice.end(), {0x01, 0x02});
  CHECK(code_of(with(twice)) == Code::BAD_PASSKEY);
  // A private member in place of the coordinate.
  Bytes short_x = good;
  short_x[9] = 31;
  CHECK(code_of(with(short_x)) == Code::BAD_PASSKEY);
  CHECK(code_of(with({0xa0})) == Code::BAD_PASSKEY);
  CHECK(code_of(with({0x80})) == Code::BAD_PASSKEY);
}

TEST_CASE("a person's key has one spelling, and a passkey is never taken for a key that signs notes") {
  for (const PersonKeyAlgorithm algorithm : {PersonKeyAlgorithm::webauthn_es256, PersonKeyAlgorithm::webauthn_ed25519}) {
    const PersonKey key = TestAuthenticator(kHere, algorithm).person_key(kName);
    CHECK(key.is_passkey());
    CHECK(PersonKey::parse(key.text()).value() == key);
    CHECK(code_of(key.verifier()) == Code::KEY_NOT_VALID);
    CHECK(code_of(VerifierKey::parse(key.text())) == Code::BAD_KEY);
    const std::string text = key.text();
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string bad = text;
      bad[i] = bad[i] == 'A' ? 'B' : 'A';
      CHECK_FALSE(PersonKey::parse(bad).has_value());
    }
    CHECK_FALSE(PersonKey::parse(text + "A"));
    CHECK_FALSE(PersonKey::parse(text.substr(0, text.size() - 4)));
  }
  const VerifierKey plain = VerifierKey::create(kName, crypto::Ed25519Secret::generate().public_key()).value();
  CHECK(PersonKey::parse(plain.text()).value() == PersonKey(plain));
  CHECK(PersonKey(plain).text() == plain.text());
  CHECK(PersonKey(plain).verifier().value() == plain);
  CHECK_FALSE(PersonKey(plain).is_passkey());
  const VerifierKey witness = VerifierKey::create(kName, crypto::Ed25519Secret::generate().public_key(), KeyType::cosignature_v1).value();
  CHECK(code_of(PersonKey::parse(witness.text())) == Code::BAD_KEY);
  CHECK(code_of(PersonKey::create(kName, PersonKeyAlgorithm::webauthn_es256, Bytes(65, 4))) == Code::BAD_KEY);
  CHECK(code_of(PersonKey::create(kName, PersonKeyAlgorithm::webauthn_ed25519, Bytes(32, 0))) == Code::BAD_KEY);
  CHECK(code_of(PersonKey::create("a b", PersonKeyAlgorithm::webauthn_ed25519, PersonKey(plain).key)) == Code::BAD_KEY);
  for (const char* text : {"", "x", "a+b", "a+b+", "a+00000000+/w=="}) CHECK(code_of(PersonKey::parse(text)) == Code::BAD_KEY);
}

TEST_CASE("CBOR is read in one spelling only") {
  const auto parse = [](std::initializer_list<std::uint8_t> bytes) { return Cbor::parse(Bytes(bytes)); };
  CHECK(parse({0x17}).value() == Cbor{std::int64_t{23}});
  CHECK(parse({0x18, 0x18}).value() == Cbor{std::int64_t{24}});
  CHECK(parse({0x39, 0x01, 0x00}).value() == Cbor{std::int64_t{-257}});
  CHECK(parse({0x1b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}).value() == Cbor{INT64_MAX});
  CHECK(parse({0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}).value() == Cbor{INT64_MIN});
  CHECK(parse({0xf4}).value() == Cbor{false});
  CHECK(parse({0xf6}).value() == Cbor{Cbor::Null{}});
  CHECK(parse({0x42, 1, 2}).value() == Cbor{Bytes{1, 2}});
  CHECK(parse({0x61, 'a'}).value() == Cbor{std::string("a")});
  const Cbor map = parse({0xa2, 0x01, 0x02, 0x61, 'a', 0x81, 0x03}).value();
  CHECK(*map.member(1) == Cbor{std::int64_t{2}});
  CHECK(*map.member("a") == Cbor{Cbor::Array{Cbor{std::int64_t{3}}}});
  CHECK(map.member(2) == nullptr);
  CHECK(Cbor{true}.member("a") == nullptr);

  const std::initializer_list<std::initializer_list<std::uint8_t>> bad = {
      {},
      {0x18, 0x17},                                            // 23 in two bytes
      {0x19, 0x00, 0xff},                                      // 255 in three
      {0x1a, 0x00, 0x00, 0xff, 0xff},                          // 65535 in five
      {0x1b, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff},  // 2^32 - 1 in nine
      {0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0},                       // beyond int64
      {0x1c},
      {0x1f},
      {0x18},
      {0x5f, 0x41, 0x01, 0xff},  // indefinite
      {0x9f, 0xff},
      {0xbf, 0xff},
      {0x42, 0x01},  // ends too early
      {0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
      {0x61, 0xff},        // not UTF-8
      {0xc1, 0x01},        // a tag
      {0xf7},              // undefined
      {0xf9, 0x00, 0x00},  // a float
      {0xff},
      {0xa2, 0x01, 0x02, 0x01, 0x03},  // a key twice
      {0xa1, 0x80, 0x01},              // a list as key
      {0xa1, 0x01},
      {0x01, 0x02},  // two items
      {0x98, 0x41},  // 65 entries
  };
  for (const auto& bytes : bad) {
    INFO(to_hex(Bytes(bytes)));
    CHECK(code_of(Cbor::parse(Bytes(bytes))) == Code::BAD_ENCODING);
  }
  const auto nested = [](std::size_t depth) {
    Bytes out(depth - 1, 0x81);
    out.push_back(0x01);
    return out;
  };
  CHECK(Cbor::parse(nested(limits::kCborDepthMax)));
  CHECK(code_of(Cbor::parse(nested(limits::kCborDepthMax + 1))) == Code::BAD_ENCODING);
  const auto list = [](std::size_t count) {
    Bytes out{0x98, static_cast<std::uint8_t>(count)};
    out.resize(2 + count, 0x01);
    return out;
  };
  CHECK(Cbor::parse(list(limits::kCborEntriesMax)));
  CHECK(code_of(Cbor::parse(list(limits::kCborEntriesMax + 1))) == Code::BAD_ENCODING);
}

TEST_CASE("any bytes at all are read or refused") {
  rc::check("bytes", [](const Bytes& bytes) {
    static_cast<void>(Cbor::parse(bytes));
    static_cast<void>(AuthenticatorData::parse(bytes));
    RC_ASSERT(!read_registration(bytes, bytes, kText, kParties));
  });
  const TestAuthenticator device(kHere);
  const auto made = device.create(kText);
  rc::check("a registration with a changed byte never gives another credential under the same answer", [&] {
    Bytes bent = made.attestation;
    const auto place = *rc::gen::inRange<std::size_t>(0, bent.size());
    bent[place] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
    const auto read = read_registration(bent, made.client_data, kText, kParties);
    if (read) RC_ASSERT(check_person_key(read->algorithm, read->key).has_value());
  });
}

}  // namespace
}  // namespace warifu::note
