#include "member/follower.h"

#include <algorithm>

#include "exchange/departure.h"
#include "ledger/checkpoint.h"
#include "member/evidence_text.h"
#include "member/outcome.h"

namespace warifu::member {

namespace {

constexpr Duration kClocksDiffer = minutes(5);
constexpr Duration kEndOnItsWay = hours(1);  // from the second signature until the log shows it here, with clocks that differ
constexpr int kDocumentAnswersMax = 2000;    // of 32 documents each: several times what ten thousand members publish
constexpr Duration kKeyComes = minutes(2);   // a document may be here before the entry of the key that signed it: the log is published by the second

bool is_of_the_line(const Error& error) {
  return error.code == Code::PEER_UNAVAILABLE || error.code == Code::TIMEOUT || error.code == Code::STALE || error.code == Code::STORE_UNAVAILABLE ||
         error.code == Code::STORE_LOCKED || error.code == Code::DISK_FULL || error.code == Code::QUEUE_FULL || error.code == Code::IO;
}

// Signed by nobody the replica knows, and so new that the key may yet come.
bool is_early(const exchange::SignedDocument& document, const Error& error, Time now) {
  if (error.code != Code::SIGNATURE_MISSING && error.code != Code::KEY_UNKNOWN && error.code != Code::ADDRESSEE_UNKNOWN) return false;
  const Result<note::Note> note = note::Note::parse(document.note);
  const Result<exchange::Document> told = note ? exchange::Document::parse(note->text) : tl::unexpected<Error>(note.error());
  return told && told->serial > now - kKeyComes;
}

}  // namespace

Status Follower::follow() {
  const desk::LogSeen seen = TRY(keys_.look());
  const std::size_t here = TRY(parts_.replica->size());
  if (seen.size < here) return fail(Code::PEER_UNAVAILABLE, "the log is behind what was taken over", "keys");
  std::vector<std::string> fresh;
  if (seen.size > here) fresh = TRY(keys_.files().entries(here, seen.size));
  // The same checkpoint with the same cosignatures tells nothing new but that it still is the newest.
  const bool is_known = fresh.empty() && seen.checkpoint == followed_;
  const std::optional<store::DirectoryStore::Followed> before = TRY(parts_.replica->followed());
  TRY(watch_ends(before, here, fresh));  // before they are taken over: afterwards they are no news any more
  const bool has_quorum = is_quorum_wanted() && is_accepted(seen.checkpoint);
  const Status followed = is_known ? Status{} : parts_.replica->follow(fresh, seen.checkpoint, has_quorum);
  if (!followed) {
    // The hub signed a log that holds what nobody may take: the entries and the checkpoint prove it.
    if (!is_of_the_line(followed.error())) {
      std::string evidence = seen.checkpoint;
      for (const std::string& entry : fresh) evidence += "\n" + evidence_text(entry);
      TRY(tell(followed.error().code, seen.size, std::move(evidence)));
    }
    return followed;
  }
  followed_ = seen.checkpoint;
  TRY(watch(watched_));
  if (const std::optional<Time> as_of = TRY(attested(seen))) as_of_us_ = as_of->us;
  return {};
}

// An end of an admission is signed within days, and comes into the log at once (decision 0024). Whoever saw the log without it when that time was
// over has seen the rule broken: an old signature of one admitter was used by another, or the hub kept the end back. The entry counts, as the log has
// it: people are told.
Status Follower::watch_ends(const std::optional<store::DirectoryStore::Followed>& before, std::size_t first, const std::vector<std::string>& fresh) {
  if (!before) return {};
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Result<note::Note> note = note::Note::parse(fresh[i]);
    const Result<note::MemberEnd> end = note ? note::MemberEnd::parse(note->text) : tl::unexpected<Error>(note.error());
    if (!end || end->ended + exchange::kEndSignedWithin + kEndOnItsWay >= before->at) continue;
    TRY(tell(Code::TIME_TOO_OLD, first + i, before->checkpoint + "\n" + fresh[i]));
  }
  return {};
}

// About a place in the log of keys, each an incident of its own. A hub, or a stolen key, that makes one after the other fills no desk and no store:
// beyond the bound of a day there is one more for each code (decision 0031).
Status Follower::tell(Code code, std::size_t place, std::string evidence) {
  const Time now = parts_.clock();
  std::string about = "keys " + std::to_string(place);
  const std::string key = std::string(sentence(code).name) + " " + about;
  if (!told_.contains(key)) {
    if (bad_entries_.take(now, evidence.size()))
      told_.insert(key);
    else
      about = day_of(parts_.hub_org.text(), now);
  }
  return parts_.mailbox.put_incident({0, std::string(sentence(code).name), std::move(about), std::move(evidence), now, {}});
}

// As whoever verifies with the same file will judge it.
bool Follower::is_accepted(const std::string& checkpoint) const {
  if (!is_quorum_wanted()) return true;
  const Result<note::Note> note = note::Note::parse(checkpoint);
  return note && parts_.quorum->policy.check(*note);
}

Result<std::string> Follower::checkpoint() const {
  std::string newest = TRY(parts_.replica->checkpoint(parts_.clock()));
  if (is_accepted(newest)) return newest;
  // Another policy may have been in force when it was kept.
  const std::optional<store::DirectoryStore::Followed> kept = TRY(parts_.replica->accepted());
  return kept && is_accepted(kept->checkpoint) ? kept->checkpoint : newest;
}

// When the hub's own witness says it was published, and by this house's clock at most: a line that only repeats old answers makes nothing younger. By
// this clock alone only where the directory knows no such witness; a checkpoint that lacks the cosignature of one it knows says nothing of its age.
Result<std::optional<Time>> Follower::attested(const desk::LogSeen& seen) const {
  std::vector<note::VerifierKey> keys;
  for (const note::KeyEntry& entry : TRY(parts_.replica->organisation_keys_for(parts_.hub_org, note::KeyPurpose::witness, seen.at)))
    keys.push_back(TRY(entry.verifier()));
  const note::Note note = TRY(note::Note::parse(seen.checkpoint));
  // A history that is shown to this house alone is cosigned by nobody else: it grows old here.
  Time until = seen.at;
  if (is_quorum_wanted()) {
    const std::optional<Time> cosigned = TRY(parts_.quorum->reached(note));
    if (!cosigned) return std::optional<Time>{};
    until = std::min(until, *cosigned + kClocksDiffer);
  }
  if (keys.empty()) return std::optional(until);
  const Result<std::vector<note::VerifierKey>> signers = note::verify(note, keys);
  if (!signers && signers.error().code == Code::SIGNATURE_MISSING) return std::optional<Time>{};
  TRY(signers);
  Time newest{};
  for (const note::SignatureLine& line : note.signatures)
    for (const note::VerifierKey& key : *signers)
      if (line.name == key.name && line.id == key.id) newest = std::max(newest, TRY(note::cosignature_time(line)));
  return std::optional(std::min(until, newest + kClocksDiffer));
}

Status Follower::take_documents() {
  // A hub that always has one more is heard again with the next look.
  for (int answers = 0; answers < kDocumentAnswersMax; ++answers) {
    const exchange::HubPort::Documents news = TRY(parts_.hub.documents(documents_));
    bool has_early = false;
    for (const exchange::SignedDocument& document : news.documents) {
      const Status taken = parts_.replica->put_document(document);
      if (taken || taken.error().code == Code::STALE) continue;
      if (is_early(document, taken.error(), parts_.clock())) {
        has_early = true;
        continue;
      }
      if (is_of_the_line(taken.error())) return taken;
      const Time now = parts_.clock();
      const std::string about = bad_documents_.take(now, 0) ? "document " + std::to_string(news.version) : day_of(parts_.hub_org.text(), now);
      TRY(parts_.mailbox.put_incident({0, code_name(taken.error()), about, evidence_text(document.note), now, {}}));
    }
    if (has_early) return {};  // all of them again in the next round: what is here already is taken without effect
    if (news.documents.empty() || news.version <= documents_) return {};  // an answer holds some of them only
    documents_ = news.version;
  }
  return {};
}

// An entry about this house that did not go out through it: a stolen key at work, or a hub that makes one up.
Status Follower::watch(std::size_t first) {
  const std::vector<std::string> entries = TRY(parts_.replica->entries_from(first));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const note::Note note = TRY(note::Note::parse(entries[i]));
    const Result<note::KeyEntry> key = note::KeyEntry::parse(note.text);
    const Result<note::PersonEntry> person = note::PersonEntry::parse(note.text);
    const Result<note::MemberEntry> member = note::MemberEntry::parse(note.text);
    // The house is told that it has been put out; there is nobody else whom it could ask.
    if (const Result<note::MemberEnd> end = note::MemberEnd::parse(note.text); end && end->org == parts_.org)
      TRY(tell(Code::NOT_ADMITTED, first + i, entries[i]));
    const bool is_ours = (key && key->org == parts_.org) || (person && person->org == parts_.org) || (member && member->org == parts_.org);
    if (!is_ours) continue;
    if (member ? member->root == parts_.root : TRY(parts_.mailbox.is_issued(note::leaf_hash(note)))) continue;
    TRY(tell(Code::KEY_UNKNOWN, first + i, entries[i]));
  }
  watched_ = first + entries.size();
  return {};
}

Status Follower::sync() {
  const std::scoped_lock lock(mutex_);
  TRY(follow());
  return take_documents();
}

Result<std::optional<Time>> Follower::verified_as_of() const {
  const std::int64_t known = as_of_us_;
  if (known != 0) return std::optional(Time{known});
  // Since the last start nothing was heard yet: what was verified before counts with its age.
  Time out;
  if (const std::optional<desk::LogSeen> seen = TRY(parts_.mailbox.log_seen(exchange::LogName::keys))) out = TRY(attested(*seen)).value_or(out);
  if (!is_quorum_wanted()) return std::optional(out);
  // The newest one may not have met the quorum yet.
  if (const std::optional<store::DirectoryStore::Followed> kept = TRY(parts_.replica->accepted()))
    out = std::max(out, TRY(attested({kept->checkpoint, kept->size, {}, kept->at})).value_or(out));
  return std::optional(out);
}

}  // namespace warifu::member
