#include "app/demo_people.h"

#include <algorithm>

#include "app/demo_cases.h"
#include "base/file.h"
#include "crypto/keyfile.h"

namespace warifu::app {

using party::OrganisationId;
using party::Role;

namespace {

// A member hands its entries in one after the other and waits for the log once.
Status enter(Node& node, const std::vector<std::string>& entries) {
  if (node.member() != nullptr) return node.member()->directory()->add_entries(entries);
  for (const std::string& entry : entries) TRY(node.directory().add_entry(entry));
  return {};
}

Result<std::vector<DemoMade>> make_people(Node& node, Hosted& hosted, const DemoOrganisation& from) {
  const OrganisationId org = hosted.organisation.id;
  const note::Signer root = TRY(node.root_key(org));
  const std::string origin = node.published().root().name;
  const Time since = node.options().clock();
  std::vector<DemoMade> out;
  std::shared_ptr<const note::Signer> first_person;
  int admitted = 0;
  std::vector<std::string> entries;
  for (const DemoPerson& given : from.people) {
    party::Person person;
    person.id = demo_id<PersonId>("person", from.id, given.login);
    person.login = given.login;
    person.name = given.name;
    person.kana = std::string(given.kana);
    person.post = given.post;
    if (!given.unit.empty()) person.unit = demo_id<UnitId>("unit", from.id, given.unit);
    person.roles = given.roles;
    person.is_unit_head = given.is_unit_head;
    person.mail = std::string(given.login) + "@" + std::string(from.id).substr(0, std::string(from.id).find('.')) + ".example";
    person.telephone = from.telephone;
    person.extension = std::string(given.pin).substr(2);
    TRY(hosted.office->put_entry_as_node("person", MatterId{person.id.bytes}, person.login, json::encode(person)));

    // The key is born here as it would be on the person's device, and lies sealed under the PIN.
    const crypto::Ed25519Secret secret = crypto::Ed25519Secret::generate();
    const crypto::DeviceSecret device = crypto::new_device_secret();
    const std::string keyfile = TRY(crypto::seal_keyfile(org.text(), person.id, secret, crypto::Pin(std::string(given.pin)), device));
    TRY(write_file_durably(demo_device_path(node.folder_of(org), person.id, "keyfile"), bytes_of(keyfile), 0600));
    TRY(write_file_durably(demo_device_path(node.folder_of(org), person.id, "device"), bytes_of(crypto::device_secret_text(device)), 0600));
    auto signer = std::make_shared<const note::Signer>(TRY(note::Signer::create(inquiry::person_signer(org, person.id), secret)));
    if (!first_person) first_person = signer;
    for (const Role role : given.roles) {
      const note::PersonEntry entry =
          TRY(desk::new_person_entry(origin, org, person.id, role, person.unit, signer->verifier(), since, since + desk::kKeyPeriod));
      // The first two people are brought in by the root key, everybody after them by the first person's hand.
      const note::Signer& second = admitted < 2 ? root : *first_person;
      entries.push_back(TRY(desk::person_entry(entry, *hosted.signer, second)));
    }
    ++admitted;
    TRY(hosted.logins->enrol_as_node(person.id, signer->verifier(), "demo"));
    TRY(hosted.logins->set_password_as_node(person.id, std::string(kDemoPassword)));
    out.push_back({{org.text(), std::string(from.name_ja), std::string(given.login), std::string(kDemoPassword), std::string(given.pin),
                    std::string(given.name), std::string(given.post), given.roles},
                   person.id,
                   signer});
  }
  TRY(enter(node, entries));
  return out;
}

}  // namespace

std::string demo_device_path(const std::string& folder, const PersonId& person, std::string_view what) {
  return folder + "/devices/" + person.hex() + "." + std::string(what);
}

const DemoOrganisation* demo_organisation_named(std::string_view id) {
  const std::vector<DemoOrganisation>& all = demo_organisations();
  const auto found = std::ranges::find(all, id, &DemoOrganisation::id);
  return found == all.end() ? nullptr : &*found;
}

party::Organisation demo_organisation(const DemoOrganisation& from) {
  party::Organisation organisation;
  organisation.id = OrganisationId::parse(from.id).value();
  organisation.side = from.side;
  organisation.name_ja = from.name_ja;
  organisation.name_en = from.name_en;
  organisation.recipient_class = from.side == party::Side::AGENCY ? law::RecipientClass::LOCAL_GOVERNMENT : law::RecipientClass::BUSINESS_OPERATOR;
  organisation.address = from.address;
  organisation.telephone = from.telephone;
  organisation.kinds = {std::string(from.kind)};
  return organisation;
}

Status furnish_demo_folder(const std::string& folder, const DemoOrganisation& from, std::size_t customers) {
  TRY(make_directories(folder + "/devices", 0700));
  if (from.customers) {
    TRY(store::write_demo_customers(folder + "/customers.sqlite", *from.customers, customers));
    TRY(write_file_durably(folder + "/sources.toml", bytes_of(from.sources), 0600));
  }
  return {};
}

Result<std::vector<DemoMade>> furnish_demo_office(Node& node, Hosted& hosted, const DemoOrganisation& from) {
  for (const DemoUnit& unit : from.units) {
    party::Unit value;
    value.id = demo_id<UnitId>("unit", from.id, unit.key);
    value.name_ja = unit.name_ja;
    value.name_en = unit.name_en;
    value.is_register_office = unit.is_register_office;
    value.document_prefix = unit.prefix;
    TRY(hosted.office->put_entry_as_node("unit", MatterId{value.id.bytes}, {}, json::encode(value)));
  }
  std::vector<DemoMade> people = TRY(make_people(node, hosted, from));
  for (const DemoCase& given : from.cases) {
    party::Case value;
    value.id = demo_id<CaseId>("case", from.id, given.key);
    value.number = given.number;
    value.title = given.title;
    value.offence = given.offence;
    value.unit = demo_id<UnitId>("unit", from.id, given.key == "station" ? "central" : "cyber");
    value.opened = node.options().clock();
    TRY(hosted.office->put_entry_as_node("case", MatterId{value.id.bytes}, value.number, json::encode(value)));
  }
  if (!from.profile.empty()) {
    party::AnswerProfile profile;
    profile.organisation = hosted.organisation.id;
    profile.entries = from.profile;
    profile.media = {"application/pdf", "text/csv"};
    profile.contact_ja = "平日 9:00〜17:00";
    profile.contact_en = "Weekdays 9:00–17:00";
    TRY(hosted.office->put_entry_as_node("profile", demo_id<MatterId>("profile", from.id, ""), {}, json::encode(profile)));
    TRY(node.published().publish_profile(profile));
  }
  return people;
}

}  // namespace warifu::app
