// Acts, alone and signed with their body. Signed: the note, a NUL, the body.

#include "fuzz/fuzz.h"
#include "inquiry/test_support.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (const auto act = inquiry::Act::parse(input)) hold(act->text() == input);
  const std::size_t end = input.find('\0');
  std::optional<std::string> body;
  if (end != std::string_view::npos) body = std::string(input.substr(end + 1));
  const auto act = inquiry::SignedAct::create(input.substr(0, end), body);
  if (!act) return;
  hold(act->note.serialise() == input.substr(0, end));
  hold(act->act.text() == act->note.text && act->hash == inquiry::act_hash(act->note.text));
  hold(!act->body || crypto::sha256(*act->body) == act->act.body);
}

std::vector<std::string> seeds() {
  inquiry::test::TestOffice office(party::Side::AGENCY);
  std::vector<std::string> out;
  for (const inquiry::Kind kind : {inquiry::Kind::DRAFTED, inquiry::Kind::CHECKED, inquiry::Kind::APPROVED}) {
    const inquiry::SignedAct act = office.write(kind);
    out.push_back(act.act.text());
    out.push_back(act.note.serialise());
    out.push_back(act.note.serialise() + std::string(1, '\0') + *act.body);
  }
  return out;
}

const Registered registered({"act", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
