// What organisations publish about themselves, as signed documents.

#include "base/limits.h"
#include "crypto/hash.h"
#include "json/codec.h"
#include "json/write.h"
#include "store/directory_log.h"

namespace warifu::store {

namespace {

constexpr std::size_t kDocumentBytesMax = 256 * 1024;
constexpr std::size_t kKindsMax = 64;

template <class T>
Result<T> decode_exactly(const std::string& body) {
  T value = TRY(json::decode_text<T>(body));
  // What is signed is what is stored: a second spelling of the same would make two documents of one.
  if (json::encode_canonical(value) != body) return fail(Code::BAD_ENCODING, "not the canonical form", "body", {{"expected", "canonical JSON"}});
  return value;
}

// Everybody's lists show what one of the members calls itself.
Status check_lines(const party::Organisation& organisation) {
  const auto check = [](const std::string& text, const char* where) -> Status {
    if (text.size() <= 4 * limits::kLineCharactersMax) return {};
    return fail(Code::TOO_LONG, "longer than a line may be", where, {{"max", std::to_string(limits::kLineCharactersMax)}});
  };
  TRY(check(organisation.name_ja, "/name_ja"));
  TRY(check(organisation.name_en, "/name_en"));
  TRY(check(organisation.address, "/address"));
  TRY(check(organisation.telephone, "/telephone"));
  for (const std::string& kind : organisation.kinds) TRY(check(kind, "/kinds"));
  if (organisation.kinds.size() > kKindsMax) return fail(Code::TOO_MANY, "more kinds than there are", "/kinds", {{"max", std::to_string(kKindsMax)}});
  return {};
}

}  // namespace

Status DirectoryStore::put_document(const exchange::SignedDocument& signed_document) {
  if (signed_document.body.size() > kDocumentBytesMax)
    return fail(Code::TOO_LARGE, "a document that is too large", "body", {{"max", std::to_string(kDocumentBytesMax)}});
  const note::Note note = TRY(note::Note::parse(signed_document.note));
  const exchange::Document document = TRY(exchange::Document::parse(note.text));
  if (document.body_bytes != signed_document.body.size() || document.body != crypto::sha256(signed_document.body))
    return fail(Code::TEXT_DIFFERS, "not the body that was signed", "body");
  const party::OrganisationId org = TRY(party::OrganisationId::parse(document.org));
  const Time now = options_.clock();
  if (document.serial > now + exchange::kMessageClockSkew) return fail(Code::TIME_IN_FUTURE, "a serial in the future", "serial");

  return write([&](Database& database) -> Status {
    const Log log = TRY(log_of(database));
    TRY(note::verify(note, TRY(log.sign_keys(document.org, now))));
    const std::string kind(enum_text(document.kind));
    const auto last =
        TRY(first_row<Time, std::string>(database, "SELECT serial, note FROM document WHERE org = $1 AND kind = $2", document.org, kind));
    if (last && std::get<1>(*last) == signed_document.note) return {};
    if (last && document.serial <= std::get<0>(*last)) return fail(Code::STALE, "a newer document is here", "serial");
    if (document.kind == exchange::DocumentKind::organisation) {
      const auto organisation = TRY(decode_exactly<party::Organisation>(signed_document.body));
      if (organisation.id != org) return fail(Code::TEXT_DIFFERS, "about another organisation", "body");
      TRY(check_lines(organisation));
      TRY(put_organisation(database, log, organisation));
    } else {
      const auto profile = TRY(decode_exactly<party::AnswerProfile>(signed_document.body));
      if (profile.organisation != org) return fail(Code::TEXT_DIFFERS, "about another organisation", "body");
      TRY(put_profile(database, profile));
    }
    TRY(
        database.run("INSERT INTO document (org, kind, serial, version, note, body) "
                     "VALUES ($1, $2, $3, (SELECT coalesce(max(version), 0) + 1 FROM document), $4, $5) "
                     "ON CONFLICT (org, kind) DO UPDATE SET serial = excluded.serial, version = excluded.version, note = excluded.note, "
                     "body = excluded.body",
                     document.org, kind, document.serial, signed_document.note, signed_document.body));
    return {};
  });
}

Result<DirectoryStore::Documents> DirectoryStore::documents_after(std::uint64_t version, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<Documents> {
    Documents out;
    out.version = version;
    Statement rows = TRY(database.query("SELECT version, note, body FROM document WHERE version > $1 ORDER BY version LIMIT $2",
                                        static_cast<std::int64_t>(version), static_cast<std::int64_t>(limit)));
    while (TRY(rows.step())) {
      out.version = static_cast<std::uint64_t>(rows.column_int64(0));
      out.documents.push_back({std::string(rows.column_text(1)), std::string(rows.column_text(2))});
    }
    return out;
  });
}

}  // namespace warifu::store
