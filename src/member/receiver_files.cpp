// Attachments of what comes in: found right before they are fetched, fetched in turns, opened when all are here, and gone when the message is done.

#include <algorithm>
#include <filesystem>

#include "base/disk_room.h"
#include "base/limits.h"
#include "crypto/hash.h"
#include "exchange/part_transfer.h"
#include "inquiry/bodies.h"
#include "json/codec.h"
#include "member/receiver_opened.h"

namespace warifu::member {

using exchange::MessageId;

namespace {

constexpr Duration kFilesKept = exchange::kMessageLife;  // of a message that never came again
constexpr const char* kIncoming = "/in";

// Notes whether it was the hub that failed, or what it gave.
class HubFaults final : public exchange::PartPort {
 public:
  explicit HubFaults(exchange::HubPort& hub) : inner_(hub) {}
  Result<exchange::ObjectState> begin(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    return noted(inner_.begin(object, bytes, parts));
  }
  Result<exchange::ObjectState> state(const Sha256& object) override { return noted(inner_.state(object)); }
  Status put(const Sha256& object, std::size_t index, ByteView part) override { return noted(inner_.put(object, index, part)); }
  Result<Bytes> get(const Sha256& object, std::size_t index) override { return noted(inner_.get(object, index)); }
  // The list of parts and each part are checked against what the sender signed.
  [[nodiscard]] bool is_of(const Error& error) const { return has_failed_ || error.where == "parts" || error.where.starts_with("part/"); }

 private:
  template <class T>
  T noted(T answer) {
    has_failed_ = has_failed_ || !answer;
    return answer;
  }
  exchange::HubParts inner_;
  bool has_failed_ = false;
};

// In the house, and it passes: no room on the disk, a part that has changed there.
bool is_of_the_house(Code code) { return code == Code::DISK_FULL || code == Code::IO || code == Code::STORE_CORRUPT; }

}  // namespace

// What can be known of acts before the files they name are fetched: that the sender's organisation and the person who released them signed, and that
// they answer something that was asked of this sender. Everything else, and this again, is the desk's to check.
Status Receiver::check_acts(const Opened& opened, const std::vector<inquiry::SignedAct>& acts) const {
  const desk::Directory& directory = parts_.office.directory();
  for (const inquiry::SignedAct& act : acts) {
    if (act.act.org.text() != opened.from || act.act.matter != opened.message.manifest.thread)
      return fail(Code::FORBIDDEN, "an act of another matter or organisation");
    if (act.act.at > parts_.clock() + exchange::kMessageClockSkew) return fail(Code::TIME_IN_FUTURE, "an act from the future");
    TRY(note::verify(act.note, TRY(directory.organisation_keys(act.act.org, act.act.at))));
    if (act.act.kind != inquiry::Kind::RELEASED) continue;
    if (!act.act.person) return fail(Code::SIGNATURE_MISSING, "an act of a person without a person");
    std::vector<note::PersonKey> keys;
    for (const desk::PublishedPerson& entry : TRY(directory.person(act.act.org, *act.act.person, act.act.at)))
      if (entry.role == act.act.role) keys.push_back(entry.key);
    TRY(inquiry::own_signatures(act, keys, TRY(directory.relying_parties(act.act.org, act.act.at))));
  }
  const inquiry::MatterRow row = TRY(parts_.office.store().row(opened.message.manifest.thread));
  if (row.counterparty.text() != opened.from) return fail(Code::FORBIDDEN, "not a party of this matter");
  return {};
}

std::string Receiver::folder_of(const MessageId& message) const { return parts_.files_dir + kIncoming + "/" + message.hex(); }

// An attachment on its way, and where it lies here: its parts in a folder of their own, then the file beside it.
struct Receiver::Incoming {
  const exchange::Attachment& attachment;
  std::string folder;
  [[nodiscard]] std::string output() const { return folder + ".plain"; }
};

// All parts of all files of a message are here before the first is opened: each file alone might fit where all of them do not.
Status Receiver::check_room(Opened& opened, const std::vector<Incoming>& incoming) {
  std::uint64_t bytes = 0;
  for (const Incoming& file : incoming) {
    std::error_code ignored;
    if (std::filesystem::exists(file.output(), ignored)) continue;
    const Result<exchange::PartDownload> download = exchange::PartDownload::open(file.folder, file.attachment);
    if (download) bytes += download->bytes_to_come();  // else fetching it tells why not
  }
  if (bytes == 0) return {};
  if (Status room = check_disk_room(parts_.files_dir, bytes); !room) return wait_for(opened, std::move(room).error(), false);
  return {};
}

// As many parts as this turn allows; with `wait` set when there are more.
Status Receiver::fetch_parts(Opened& opened, const Incoming& file) {
  if (is_line_down_) {
    opened.wait = Opened::Wait{Error{Code::PEER_UNAVAILABLE, "the line is down", "att", {}}, true, false};
    return tl::unexpected<Error>(opened.wait->why);
  }
  HubFaults port(parts_.hub);
  const auto fetch = [&]() -> Result<bool> {
    exchange::PartDownload download = TRY(exchange::PartDownload::open(file.folder, file.attachment));
    return download.run_until(port, fetch_until_);
  };
  Result<bool> fetched = fetch();
  if (!fetched && fetched.error().code == Code::CANCELLED) return tl::unexpected<Error>(std::move(fetched).error());
  if (!fetched) {
    const bool is_hubs = port.is_of(fetched.error());
    if (is_hubs || is_of_the_house(fetched.error().code)) return wait_for(opened, std::move(fetched).error(), is_hubs);
    return tl::unexpected<Error>(std::move(fetched).error());
  }
  if (*fetched) return {};
  opened.wait = Opened::Wait{Error{Code::PART_MISSING, "more parts are to come", "att", {}}, false, false, true};
  return tl::unexpected<Error>(opened.wait->why);
}

// The parts stay until the message is done: a process that ends here opens them again.
Status Receiver::open_file(Opened& opened, const Incoming& file) {
  if (const Result<Sha256> there = crypto::sha256_file(file.output()); there && *there == file.attachment.plain) return {};
  const auto open = [&]() -> Status {
    return TRY(exchange::PartDownload::open(file.folder, file.attachment)).assemble(TRY(parts_.identities()), file.output());
  };
  Status done = open();
  if (!done && is_of_the_house(done.error().code)) return wait_for(opened, std::move(done).error(), false);
  return done;
}

// Every file that an act names comes with the message, and nothing else does.
Result<std::vector<exchange::ParcelFile>> Receiver::attachments_of(Opened& opened, const std::vector<inquiry::SignedAct>& acts) {
  const std::vector<exchange::Attachment>& attachments = opened.message.manifest.attachments;
  std::vector<Sha256> named;
  for (const inquiry::SignedAct& act : acts) {
    if (act.act.kind != inquiry::Kind::RELEASED) continue;
    const inquiry::ReleasedBody body = TRY(json::decode_text<inquiry::ReleasedBody>(*act.body));
    for (const inquiry::ItemAnswer& item : body.answer.items)
      for (const inquiry::FileRef& file : item.files) named.push_back(file.sha256);
  }
  for (const Sha256& file : named)
    if (std::ranges::find(attachments, file, &exchange::Attachment::plain) == attachments.end())
      return fail(Code::PART_MISSING, "a file that the answer names did not come with it", "att");
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    const exchange::Attachment& attachment = attachments[i];
    if (std::ranges::find(named, attachment.plain) == named.end()) return fail(Code::TEXT_DIFFERS, "an attachment that no act names", "att");
    const auto is_same = [&](const exchange::Attachment& other) { return other.plain == attachment.plain || other.sealed == attachment.sealed; };
    if (std::any_of(attachments.begin(), attachments.begin() + static_cast<std::ptrdiff_t>(i), is_same))
      return fail(Code::DUPLICATE_FIELD, "a file comes twice", "att");
    TRY(exchange::check_lengths(attachment));
    if (attachment.plain_bytes > limits::kFileBytesCeiling)
      return fail(Code::TOO_LARGE, "a file larger than any may be", "att", {{"max", std::to_string(limits::kFileBytesCeiling)}});
    bytes += attachment.sealed_bytes;  // each has a bound, and so has their number
  }
  if (bytes > kAttachmentBytesMax)
    return fail(Code::TOO_LARGE, "more attachments than one message brings", "att", {{"max", std::to_string(kAttachmentBytesMax)}});
  if (!attachments.empty()) TRY(check_acts(opened, acts));
  std::vector<exchange::ParcelFile> out;
  std::vector<Incoming> incoming;
  for (const exchange::Attachment& attachment : attachments) {
    // Of a run that ended after it had put the file in its place and before the acts were kept.
    Result<std::string> kept = parts_.office.store().file_path(opened.message.manifest.thread, attachment.plain);
    if (kept)
      out.push_back({attachment.plain, std::move(*kept), attachment.media_type});
    else
      incoming.push_back({attachment, folder_of(opened.id) + "/" + attachment.sealed.hex()});
  }
  TRY(check_room(opened, incoming));
  for (const Incoming& file : incoming) TRY(fetch_parts(opened, file));
  for (const Incoming& file : incoming) {
    TRY(open_file(opened, file));
    out.push_back({file.attachment.plain, file.output(), file.attachment.media_type, true});
  }
  return out;
}

// What a process that ended left behind: texts in clear, and parts of messages that are done or never came again. Of those on their way the sealed
// parts stay. It need not succeed for anything to go on.
void Receiver::sweep() {
  std::error_code ignored;
  const std::filesystem::path all = parts_.files_dir, incoming = parts_.files_dir + kIncoming;
  const auto is_plain = [](const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.ends_with(".plain") || name.ends_with(".plain.partial");
  };
  std::vector<std::filesystem::path> doomed;
  for (const auto& entry : std::filesystem::directory_iterator(all, ignored)) {
    const std::string name = entry.path().filename().string();
    if (is_plain(entry.path()) || (entry.is_directory(ignored) && Sha256::parse(name))) doomed.push_back(entry.path());
  }
  for (const auto& entry : std::filesystem::directory_iterator(incoming, ignored)) {
    const Result<MessageId> message = MessageId::parse(entry.path().filename().string());
    const auto age = std::filesystem::file_time_type::clock::now() - entry.last_write_time(ignored);
    const bool is_old = age > std::chrono::microseconds(kFilesKept.us);
    bool is_done = false;
    if (message) {
      const Result<std::vector<MessageId>> done = parts_.mailbox.already_received(std::span(&*message, 1));
      is_done = done && !done->empty();
    }
    if (!message || is_old || is_done) {
      doomed.push_back(entry.path());
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator(entry.path(), ignored))
      if (is_plain(file.path())) doomed.push_back(file.path());
  }
  for (const std::filesystem::path& path : doomed) std::filesystem::remove_all(path, ignored);
}

}  // namespace warifu::member
