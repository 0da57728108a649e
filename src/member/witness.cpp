#include "member/witness.h"

#include "base/failpoint.h"
#include "ledger/checkpoint.h"

namespace warifu::member {

namespace {

constexpr Duration kCosignAgain = seconds(60);
constexpr Duration kPersistAgain = seconds(5);  // of the time alone, while nothing grows

std::string name_of(exchange::LogName log) { return std::string(enum_text(log)); }

}  // namespace

tl::unexpected<Error> Witness::forked(const desk::LogSeen& before, const std::string& raw, const char* why) {
  const Error error{Code::LOG_FORKED, why, name_of(files_.log()), {}};
  // Whether it could be kept or not: nothing goes on.
  static_cast<void>(parts_.mailbox.put_incident(
      {0, std::string(sentence(Code::LOG_FORKED).name), name_of(files_.log()), before.checkpoint + "\n" + raw, parts_.clock(), {}}));
  return tl::unexpected<Error>(error);
}

Result<desk::LogSeen> Witness::compare(const std::optional<desk::LogSeen>& before, const std::string& raw) {
  // The very bytes that were verified here a moment ago: a log is asked for with every batch of messages and grows now and then.
  if (before && raw == verified_ && raw == before->checkpoint) return desk::LogSeen{raw, before->size, before->root, parts_.clock()};
  const note::Note note = TRY(note::Note::parse(raw));
  TRY(note::require(note, key_));
  const ledger::Checkpoint checkpoint = TRY(ledger::Checkpoint::parse(note.text));
  if (checkpoint.origin != key_.name) return fail(Code::BAD_NOTE, "a checkpoint of another log", "origin");
  desk::LogSeen seen{raw, checkpoint.size, checkpoint.root, parts_.clock()};
  if (!before || before->size == 0) return seen;
  if (seen.size < before->size) return forked(*before, raw, "the log has become smaller");
  if (seen.size == before->size) {
    if (seen.root != before->root) return forked(*before, raw, "another tree of the same size");
    return seen;
  }
  const ledger::TileReader reader(seen.size, files_.reader());
  Result<ledger::Proof> proof = reader.consistency(before->size);
  // Tiles that cannot be read prove nothing: without a proof there is no step, and it is asked for again.
  if (!proof)
    return tl::unexpected<Error>(
        Error{Code::PEER_UNAVAILABLE, "the log gives no proof that it goes on: " + proof.error().message, name_of(files_.log()), {}});
  if (!ledger::verify_consistency(before->size, before->root, seen.size, seen.root, *proof)) {
    // Tiles may have been read while they were written, or be another's: once more, from the beginning, before anybody is accused.
    const ledger::TileReader again(seen.size, [this](const std::string& path) { return files_.hub().log_file(files_.log(), path); });
    const Result<ledger::Proof> second = again.consistency(before->size);
    if (!second || !ledger::verify_consistency(before->size, before->root, seen.size, seen.root, *second))
      return forked(*before, raw, "the log does not go on from what was seen");
  }
  return seen;
}

Result<desk::LogSeen> Witness::look() {
  const std::scoped_lock lock(mutex_);
  const std::string raw = TRY(files_.hub().log_file(files_.log(), "checkpoint"));
  if (!seen_) seen_ = TRY(parts_.mailbox.log_seen(files_.log()));
  desk::LogSeen now = TRY(compare(seen_, raw));
  verified_ = raw;
  const bool is_news = !seen_ || seen_->checkpoint != now.checkpoint;
  if (!is_news && now.at - seen_->at < kPersistAgain) return now;
  TRY(failpoint_error("witness.checkpoint.keep"));
  const Status kept = parts_.mailbox.put_log_seen(files_.log(), seen_, now);
  if (!kept) {
    seen_.reset();  // read again what is there
    return tl::unexpected<Error>(kept.error());
  }
  failpoint("witness.checkpoint.kept");
  seen_ = now;
  return now;
}

Status Witness::cosign() {
  const std::scoped_lock lock(mutex_);
  if (!parts_.cosigner || !seen_ || seen_->size == 0) return {};
  const std::string text = TRY(note::Note::parse(seen_->checkpoint)).text;
  const Time now = parts_.clock();
  if (text == cosigned_ && now - cosigned_at_ < kCosignAgain) return {};
  const note::SignatureLine line = TRY(parts_.cosigner->cosign(text, now));
  const Status told = files_.hub().cosign(files_.log(), text, line.text());
  // The log has grown past it meanwhile: the next look sees the newer one.
  if (!told && told.error().code != Code::STALE) return told;
  cosigned_ = text;
  cosigned_at_ = now;
  return {};
}

}  // namespace warifu::member
