// What members hand in for everybody to read, entries of the log of keys, documents and cosignatures, and how much of it the hub takes from one of
// them.

#include <algorithm>

#include "base/failpoint.h"
#include "hub/hub.h"

namespace warifu::hub {

using exchange::LogName;

namespace {

constexpr std::int64_t kMinuteSeconds = 60, kDaySeconds = 86'400;

tl::unexpected<Error> too_many(const char* why, const char* where, std::int64_t retry_after) {
  return fail(Code::RATE_LIMITED, why, where, {{"retry_after", std::to_string(retry_after)}});
}

// A successor whose period is over: it ends its predecessor.
template <class Entry>
bool is_end(const Entry& entry, Time now) {
  return entry.previous && entry.valid.until <= now;
}

// Whoever ends what has ended by then already changes nothing, or would make it valid again for a while: a key is ended earlier or not again.
template <class Entry>
Status check_end(const std::vector<std::string>& log, const Entry& entry, Time now) {
  const std::string line = "\nprev " + entry.previous->hex() + "\n";
  for (const std::string& serialised : log) {
    if (serialised.find(line) == std::string::npos) continue;
    const Result<Entry> other = Entry::parse(TRY(note::Note::parse(serialised)).text);
    if (other && is_end(*other, now) && other->previous == entry.previous && other->key == entry.key && other->valid.until <= entry.valid.until)
      return fail(Code::CONFLICT, "it has ended by then already", "prev");
  }
  return {};
}

}  // namespace

// ── how much ──

Status Hub::check_rate(const Member& member, std::size_t messages) {
  const std::int64_t minute = options_.clock().seconds() / kMinuteSeconds;
  const std::scoped_lock lock(rate_mutex_);
  Rate& rate = rates_[member.org.text()];
  if (rate.minute != minute) {
    rate.minute = minute;
    rate.messages = 0;
  }
  // Of a minute that is untouched a request may take more than there is: one that is larger than the quota could never come in.
  if (rate.messages > 0 && rate.messages + static_cast<int>(messages) > options_.quota.messages_per_minute)
    return too_many("too many messages of this member in a minute", "messages", kMinuteSeconds);
  rate.messages += static_cast<int>(messages);
  return {};
}

// Counted in this process: a restart begins a new day, and no member can cause one. Ends of keys have a count of their own: whoever has used up his
// entries can still end a key that was stolen.
Status Hub::take_entry(const Member& member, bool is_end) {
  const std::int64_t now = options_.clock().seconds();
  const std::scoped_lock lock(rate_mutex_);
  Rate& rate = rates_[member.org.text()];
  if (rate.day != now / kDaySeconds) {
    rate.day = now / kDaySeconds;
    rate.entries = rate.ends = 0;
  }
  int& taken = is_end ? rate.ends : rate.entries;
  if (taken >= options_.quota.entries_per_day)
    return too_many("too many entries of this member in a day", "entries", kDaySeconds - now % kDaySeconds);
  ++taken;
  return {};
}

void Hub::give_back_entry(const Member& member) {
  const std::scoped_lock lock(rate_mutex_);
  int& taken = rates_[member.org.text()].entries;
  taken = std::max(0, taken - 1);
}

// ── what ──

Status Hub::add_entry(const Member& member, const std::string& note) {
  TRY(check_rate(member, 1));
  const note::Note parsed = TRY(note::Note::parse(note));
  const Result<note::KeyEntry> key = note::KeyEntry::parse(parsed.text);
  const Result<note::PersonEntry> person = note::PersonEntry::parse(parsed.text);
  if (!key && !person) return fail(Code::BAD_NOTE, "neither an organisation's nor a person's entry", "entry");
  if ((key ? key->org : person->org) != member.org.text()) return fail(Code::FORBIDDEN, "an entry of another organisation", "org");
  // The same again: what was asked for is so.
  if (TRY(directory_->has_entry(note::leaf_hash(parsed)))) return {};
  const Time now = options_.clock();
  const bool ends = key ? is_end(*key, now) : is_end(*person, now);
  TRY(take_entry(member, ends));
  const auto add = [&]() -> Status {
    if (ends && key) TRY(check_end(TRY(directory_->entries()), *key, now));
    if (ends && !key) TRY(check_end(TRY(directory_->entries()), *person, now));
    TRY(failpoint_error("hub.entry.before"));
    return directory_->add_entry(note);
  };
  // What was refused is not in the log, and counts only where looking for it costs a reading of the whole.
  if (const Status added = add(); !added) {
    if (!ends) give_back_entry(member);
    return added;
  }
  failpoint("hub.entry.after");
  const std::scoped_lock lock(known_mutex_);
  known_.erase(member.org.text());
  return {};
}

Status Hub::publish(const Member& member, const exchange::SignedDocument& document) {
  TRY(check_rate(member, 1));
  const note::Note note = TRY(note::Note::parse(document.note));
  const exchange::Document parsed = TRY(exchange::Document::parse(note.text));
  if (parsed.org != member.org.text()) return fail(Code::FORBIDDEN, "a document of another organisation", "org");
  return directory_->put_document(document);
}

Status Hub::cosign(const Member& member, LogName log, const std::string& checkpoint_text, const std::string& signature_line) {
  std::vector<note::VerifierKey> keys;
  for (const note::KeyEntry& entry : TRY(directory_->organisation_keys_for(member.org, note::KeyPurpose::witness, options_.clock())))
    keys.push_back(TRY(entry.verifier()));
  return keeper(log).cosign(checkpoint_text, signature_line, keys);
}

}  // namespace warifu::hub
