#include "app/web_origin.h"

#include <algorithm>

namespace warifu::app {

namespace {

constexpr Duration kEntryPeriod = days(3650);

struct Standing {
  note::KeyEntry entry;
  Sha256 leaf;
};

// The web entries of that organisation that nothing has followed yet and whose period runs.
Result<std::vector<Standing>> standing(Node& node, const party::OrganisationId& org, Time now) {
  std::vector<Standing> out;
  for (const std::string& serialised : TRY(node.published().entries())) {
    const note::Note note = TRY(note::Note::parse(serialised));
    Result<note::KeyEntry> entry = note::KeyEntry::parse(note.text);
    if (!entry || entry->purpose != note::KeyPurpose::web || entry->org != org.text()) continue;
    if (entry->previous) std::erase_if(out, [&](const Standing& before) { return before.leaf == *entry->previous; });
    out.push_back({std::move(*entry), note::leaf_hash(note)});
  }
  std::erase_if(out, [&](const Standing& one) { return one.entry.valid.until <= now; });
  return out;
}

Result<int> publish(Node& node, const party::OrganisationId& org, const note::RelyingParty& party) {
  const Time now = Time::from_seconds(node.options().clock().seconds());
  const std::vector<Standing> present = TRY(standing(node, org, now));
  const auto is_ours = [&](const Standing& one) { return one.entry.relying_party() == party; };
  if (present.size() == 1 && is_ours(present.front())) return 0;
  const note::Signer root = TRY(desk::Keyring(node.folder_of(org) + "/keys").load(note::root_name(org.text())));
  const std::string log = node.published().root().name;
  int written = 0;
  for (const Standing& one : present) {
    if (is_ours(one)) continue;
    const note::Validity ended{std::min(one.entry.valid.from, now), now};
    TRY(node.published().add_entry(TRY(desk::web_entry(log, org, *one.entry.relying_party(), ended, one.leaf, root))));
    ++written;
  }
  if (std::ranges::any_of(present, is_ours)) return written;
  TRY(node.published().add_entry(TRY(desk::web_entry(log, org, party, {now, now + kEntryPeriod}, std::nullopt, root))));
  return written + 1;
}

}  // namespace

std::optional<note::RelyingParty> relying_party_of(std::string_view origin, bool is_demo) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  std::string_view host = origin.substr(scheme + 3);
  host = host.substr(0, host.find(':'));
  const bool is_usable = origin.starts_with("https://") || (is_demo && origin.starts_with("http://") && host == "localhost");
  if (!is_usable || host.empty()) return std::nullopt;
  return note::RelyingParty{std::string(origin), std::string(host)};
}

Result<int> publish_origin(Node& node) {
  const std::optional<note::RelyingParty> party = relying_party_of(node.options().origin, node.options().is_demo);
  if (!party) return 0;
  int written = 0;
  for (Hosted* hosted : node.hosted()) written += TRY(publish(node, hosted->organisation.id, *party));
  return written;
}

}  // namespace warifu::app
