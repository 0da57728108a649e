// The acts that a message carries, and the assertions of passkeys that stand beside an act (exchange/acts_body.h, inquiry/act.h). First byte: which.

#include "exchange/acts_body.h"

#include "fuzz/fuzz.h"
#include "inquiry/test_support.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (take_choice(input, 2) == 0) {
    const auto acts = exchange::parse_acts(input);
    if (!acts) return;
    hold(!acts->empty() && acts->size() <= exchange::kActsPerMessageMax);
    for (const inquiry::SignedAct& act : *acts) hold(act.is_shared() && act.body && crypto::sha256(*act.body) == act.act.body);
    hold(exchange::spell_acts(*acts).value() == input);
  } else if (const auto assertions = inquiry::parse_assertions(input)) {
    hold(inquiry::assertions_text(*assertions) == input);
  }
}

std::vector<std::string> seeds() {
  inquiry::test::TestExchange exchange;
  exchange.until_begun();
  std::vector<inquiry::SignedAct> shared;
  for (const inquiry::SignedAct& act : exchange.agency.acts())
    if (act.is_shared()) shared.push_back(act);
  const std::vector<inquiry::SignedAct> first{shared.front()};
  note::Assertion assertion;
  assertion.key = "kakuu-police.example/person/00000000000000000000000000000001+00000000+AA==";
  assertion.authenticator_data = Bytes(37, 5);
  assertion.client_data = {'{', '}'};
  assertion.signature = Bytes(70, 1);
  return {chosen(0, exchange::spell_acts(first).value()), chosen(0, exchange::spell_acts(shared).value()),
          chosen(1, inquiry::assertions_text({assertion}))};
}

const Registered registered({"acts_body", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
