#include "inquiry/act.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "json/codec.h"
#include "json/write.h"

namespace warifu::inquiry {

namespace {
constexpr std::string_view kVersionLine = "warifu-act/v1";

Result<std::vector<std::string_view>> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (parts.back().empty()) return fail(Code::BAD_NOTE, "empty word in an act's line");
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Result<std::int64_t> decimal(std::string_view digits) {
  if (digits.empty() || digits.size() > 18 || (digits.size() > 1 && digits.front() == '0')) return fail(Code::BAD_NOTE, "not a plain decimal number");
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return fail(Code::BAD_NOTE, "not a plain decimal number");
    value = value * 10 + (c - '0');
  }
  return value;
}

// Takes the next line, which begins with `prefix`, off `rest`.
Result<std::string_view> take_line(std::string_view& rest, std::string_view prefix) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end > limits::kNoteLineBytesMax || !rest.starts_with(prefix) || end < prefix.size())
    return fail(Code::BAD_NOTE, "expected the line '" + std::string(prefix) + "'", std::string(prefix));
  const std::string_view value = rest.substr(prefix.size(), end - prefix.size());
  rest.remove_prefix(end + 1);
  return value;
}
}  // namespace

std::string Act::text() const {
  std::string out;
  out.reserve(512);
  out.append(kVersionLine).append("\n");
  out.append(id.hex()).append("\n");
  out.append("matter ").append(matter.hex()).append("\n");
  out.append("kind ").append(enum_text(kind)).append("\n");
  out.append("by ").append(org.text()).append(" ").append(enum_text(role)).append(" ").append(person ? person->hex() : "-").append("\n");
  out.append("at ").append(std::to_string(at.us)).append("\n");
  for (const Sha256& head : after) out.append("after ").append(head.hex()).append("\n");
  out.append("body ").append(body.hex()).append(" ").append(std::to_string(body_bytes)).append("\n");
  return out;
}

Result<Act> Act::parse(std::string_view text) {
  std::string_view rest = text;
  if (TRY(take_line(rest, kVersionLine)) != "") return fail(Code::BAD_NOTE, "unknown version of an act", "version");
  Act act;
  act.id = TRY(ActId::parse(TRY(take_line(rest, ""))));
  act.matter = TRY(MatterId::parse(TRY(take_line(rest, "matter "))));
  act.kind = TRY(enum_parse<Kind>(TRY(take_line(rest, "kind "))));
  const auto by = TRY(split(TRY(take_line(rest, "by ")), ' '));
  if (by.size() != 3) return fail(Code::BAD_NOTE, "the line by has three words", "by");
  act.org = TRY(party::OrganisationId::parse(by[0]));
  act.role = TRY(enum_parse<party::Role>(by[1]));
  if (by[2] != "-") act.person = TRY(PersonId::parse(by[2]));
  if (act.person.has_value() == (act.role == party::Role::NODE))
    return fail(Code::BAD_NOTE, "a person acts in a person's role, the node in its own", "by");
  act.at = {TRY(decimal(TRY(take_line(rest, "at "))))};
  while (rest.starts_with("after ")) {
    act.after.push_back(TRY(Sha256::parse(TRY(take_line(rest, "after ")))));
    if (act.after.size() > limits::kActHeadsMax) return fail(Code::TOO_MANY, "too many heads", "after");
    if (act.after.size() > 1 && !(act.after[act.after.size() - 2] < act.after.back()))
      return fail(Code::BAD_NOTE, "heads are sorted and differ", "after");
  }
  const auto body = TRY(split(TRY(take_line(rest, "body ")), ' '));
  if (body.size() != 2) return fail(Code::BAD_NOTE, "the line body has two words", "body");
  act.body = TRY(Sha256::parse(body[0]));
  act.body_bytes = static_cast<std::size_t>(TRY(decimal(body[1])));
  if (act.body_bytes > limits::kBodyBytesMax) return fail(Code::TOO_LARGE, "the body is larger than an act may carry", "body");
  if (!rest.empty()) return fail(Code::BAD_NOTE, "text after the last line of an act");
  return act;
}

Sha256 act_hash(std::string_view note_text) { return crypto::sha256(bytes_of(note_text)); }

std::string organisation_signer(const party::OrganisationId& org) { return org.text() + "/sign"; }

std::string person_signer(const party::OrganisationId& org, const PersonId& person) { return org.text() + "/person/" + person.hex(); }

namespace {
tl::unexpected<Error> bad_assertion(std::string message) { return fail(Code::BAD_PASSKEY, std::move(message), "assertions"); }

Status check_assertions(const Act& act, const std::vector<note::Assertion>& assertions) {
  if (assertions.size() > limits::kAssertionsMax)
    return fail(Code::TOO_MANY, "too many assertions", "assertions", {{"max", std::to_string(limits::kAssertionsMax)}});
  for (std::size_t i = 0; i < assertions.size(); ++i) {
    const note::Assertion& one = assertions[i];
    const Result<note::PersonKey> key = note::PersonKey::parse(one.key);
    if (!key || !key->is_passkey()) return bad_assertion("not the name of a passkey");
    if (!act.person || key->name != person_signer(act.org, *act.person)) return bad_assertion("an assertion of somebody else");
    for (std::size_t j = 0; j < i; ++j)
      if (assertions[j].key == one.key) return bad_assertion("two assertions of one key");
    if (one.authenticator_data.size() > limits::kAuthenticatorDataBytesMax || one.client_data.size() > limits::kClientDataBytesMax ||
        one.signature.size() > limits::kAssertionSignatureBytesMax)
      return bad_assertion("larger than any assertion");
  }
  return {};
}
}  // namespace

Result<SignedAct> SignedAct::create(std::string_view serialised_note, std::optional<std::string> body, std::vector<note::Assertion> assertions) {
  SignedAct out;
  out.note = TRY(note::Note::parse(serialised_note));
  out.act = TRY(Act::parse(out.note.text));
  out.hash = act_hash(out.note.text);
  if (body) {
    if (body->size() != out.act.body_bytes || crypto::sha256(bytes_of(*body)) != out.act.body)
      return fail(Code::TEXT_DIFFERS, "the body is not the one the act's text names", "body");
    out.body = std::move(body);
  }
  TRY(check_assertions(out.act, assertions));
  out.assertions = std::move(assertions);
  return out;
}

std::string assertions_text(const std::vector<note::Assertion>& assertions) {
  return assertions.empty() ? std::string() : json::encode_canonical(assertions);
}

Result<std::vector<note::Assertion>> parse_assertions(std::string_view text) {
  if (text.empty()) return std::vector<note::Assertion>{};
  auto out = TRY(json::decode_text<std::vector<note::Assertion>>(text));
  // One act has one spelling.
  if (out.empty() || json::encode_canonical(out) != text) return bad_assertion("not in canonical form");
  return out;
}

Result<std::vector<note::PersonKey>> own_signatures(const SignedAct& act, std::span<const note::PersonKey> known,
                                                    std::span<const note::RelyingParty> parties) {
  std::vector<note::PersonKey> out;
  std::vector<note::VerifierKey> keys;
  for (const note::PersonKey& key : known) {
    if (key.is_passkey()) continue;
    note::VerifierKey verifier = TRY(key.verifier());
    if (std::find(keys.begin(), keys.end(), verifier) == keys.end()) keys.push_back(std::move(verifier));
  }
  if (const Result<std::vector<note::VerifierKey>> who = note::verify(act.note, keys)) {
    for (const note::VerifierKey& key : *who) out.emplace_back(key);
  } else if (who.error().code != Code::SIGNATURE_MISSING) {
    return tl::unexpected<Error>(who.error());
  }
  for (const note::Assertion& assertion : act.assertions)
    for (const note::PersonKey& key : known) {
      if (!key.is_passkey() || key.text() != assertion.key) continue;
      TRY(note::check_assertion(assertion, act.note.text, parties, key));
      if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(key);
    }
  if (out.empty()) return fail(Code::SIGNATURE_MISSING, "no known key of the person signed this act");
  return out;
}

}  // namespace warifu::inquiry
