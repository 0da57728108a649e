#pragma once
// Sends the notices of an office's people (desk/notices.h) and remembers what was told, in DIR/<organisation>/notices.json. One mail at a
// time, on the node's own thread for it, so that a slow relay delays nothing else. A failing relay costs a line in the log and a figure.

#include <functional>
#include <map>
#include <string>

#include "desk/notices.h"
#include "net/mail.h"

namespace warifu::app {

using SendMail = std::function<Status(const std::string& to, const desk::Notification& notice)>;

class Notifier {
 public:
  struct Counts {
    int sent = 0, failed = 0, waiting = 0;  // waiting: persons whose notice is to be tried again
    std::optional<Error> last_error;
  };

  // `file` keeps what was told.
  Notifier(const desk::Office& office, std::string file, std::string desk_address, SendMail send);

  // Looks at everybody once and sends what is due. The first failure of the relay ends the round for this office: the others wait as well.
  Result<Counts> round();

 private:
  Status load();
  Status save() const;

  const desk::Office& office_;
  std::string file_, desk_address_;
  SendMail send_;
  bool is_loaded_ = false;
  std::map<std::string, desk::Told> told_;  // by person
};

}  // namespace warifu::app
