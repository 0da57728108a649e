#include "app/notifier.h"

#include "base/file.h"
#include "json/write.h"

namespace warifu::app {

namespace {
constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
}

Notifier::Notifier(const desk::Office& office, std::string file, std::string desk_address, SendMail send)
    : office_(office), file_(std::move(file)), desk_address_(std::move(desk_address)), send_(std::move(send)) {}

Status Notifier::load() {
  const Result<std::string> text = read_file(file_, kFileBytesMax);
  if (text) {
    // A file that cannot be read costs a repeated notice, not the service.
    if (Result<std::map<std::string, desk::Told>> read = json::decode_text<std::map<std::string, desk::Told>>(*text)) told_ = std::move(*read);
  } else if (text.error().code != Code::NOT_FOUND) {
    return tl::unexpected<Error>(text.error());
  }
  is_loaded_ = true;
  return {};
}

Status Notifier::save() const { return write_file_durably(file_, bytes_of(json::canonical(json::encode(told_))), 0600); }

Result<Notifier::Counts> Notifier::round() {
  if (!is_loaded_) TRY(load());
  Counts counts;
  const json::Value before = json::encode(told_);
  for (const party::Person& person : TRY(office_.people())) {
    if (!person.is_active || person.mail.empty()) continue;
    const desk::Waiting waiting = TRY(desk::waiting_for(office_, person));
    desk::Told& told = told_[person.id.hex()];
    const Time now = office_.now();
    const std::optional<desk::NoticeKind> due = desk::due_notice(told, waiting, now);
    if (due && !counts.last_error) {
      const Status sent = send_(person.mail, desk::make_notice(*due, waiting, desk_address_));
      if (sent) {
        desk::notice_sent(told, *due, now);
        ++counts.sent;
      } else {
        desk::notice_failed(told, now);
        ++counts.failed;
        counts.last_error = sent.error();
      }
    }
    if (told.next_try) ++counts.waiting;
  }
  if (json::encode(told_) != before) TRY(save());
  return counts;
}

}  // namespace warifu::app
