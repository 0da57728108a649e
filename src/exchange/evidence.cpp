#include "exchange/evidence.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "base/limits.h"
#include "crypto/hash.h"
#include "inquiry/projection.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "note/entry_tree.h"
#include "note/lines.h"

namespace warifu::exchange {

namespace {

constexpr std::string_view kVersion = "warifu-evidence/v1";
constexpr std::size_t kManifestTextMax = 60 * 1024;  // leaves room for the signature within the bound on notes
constexpr std::size_t kLinesPerList = 500;
constexpr std::string_view kAdmitLine = "# admit ";

std::string numbered(std::string_view folder, std::size_t index) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%06zu", index);
  return std::string(folder) + "/" + digits;
}

std::string entry_line(const std::string& name, std::string_view bytes) {
  return "entry " + crypto::sha256(bytes_of(bytes)).hex() + " " + std::to_string(bytes.size()) + " " + name + "\n";
}

tl::unexpected<Error> bad(const std::string& entry, std::string why) {
  return fail(Code::EVIDENCE_INVALID, std::move(why), entry, {{"reason", entry}});
}

std::string manifest_head(const EvidenceInput& input, const std::string& root_name) {
  std::string text(kVersion);
  text += "\n" + root_name + "\norg " + input.org.text() + " " + std::string(enum_text(input.side)) + "\nmatter " + input.matter.hex();
  text += "\nnumber " + to_base64(bytes_of(input.number)) + "\ncreated " + std::to_string(input.created.seconds()) + "\n";
  return text;
}

// One line per entry. Of a matter with very many acts the lines stand in lists of their own, and the manifest names those.
std::string manifest_lines(ArchiveEntries& entries, std::size_t head_size) {
  std::string lines;
  for (const auto& [name, bytes] : entries) lines += entry_line(name, bytes);
  if (head_size + lines.size() <= kManifestTextMax) return lines;
  std::vector<std::string> lists(1);
  std::size_t count = 0;
  for (const auto& [name, bytes] : entries) {
    if (count == kLinesPerList) {
      lists.emplace_back();
      count = 0;
    }
    lists.back() += entry_line(name, bytes);
    ++count;
  }
  std::string out;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string name = numbered("lists", i);
    out += entry_line(name, lists[i]);
    entries.emplace(name, std::move(lists[i]));
  }
  return out;
}

struct Listed {
  Sha256 digest;
  std::uint64_t bytes = 0;
};

Status read_lines(std::string_view text, const std::string& where, std::map<std::string, Listed>& out) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || !text.starts_with("entry ")) return bad(where, "a line that names no entry");
    const Result<std::vector<std::string_view>> fields = note::split_fields(text.substr(6, end - 6), 3, where);
    if (!fields) return bad(where, "a line that names no entry");
    const Result<Sha256> digest = Sha256::parse((*fields)[0]);
    const Result<std::uint64_t> bytes = note::parse_decimal((*fields)[1], where);
    if (!digest || !bytes || !out.emplace((*fields)[2], Listed{*digest, *bytes}).second) return bad(where, "a line that names no entry");
    text.remove_prefix(end + 1);
  }
  return {};
}

struct BundleManifest {
  note::Note note;
  std::string root_name;
  party::OrganisationId org;
  party::Side side = party::Side::AGENCY;
  MatterId matter;
  std::string number;
  Time created;
  std::map<std::string, Listed> listed;
};

Result<std::string_view> take(std::string_view& rest, std::string_view prefix) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || !rest.starts_with(prefix)) return bad("manifest", "not a manifest of evidence");
  const std::string_view value = rest.substr(prefix.size(), end - prefix.size());
  rest.remove_prefix(end + 1);
  return value;
}

Result<BundleManifest> read_manifest(const ArchiveEntries& entries) {
  const auto found = entries.find("manifest");
  if (found == entries.end()) return bad("manifest", "the manifest is missing");
  BundleManifest out;
  Result<note::Note> note = note::Note::parse(found->second);
  if (!note) return bad("manifest", "not a signed note");
  out.note = std::move(*note);
  std::string_view rest = out.note.text;
  const auto wrap = [](auto result) -> decltype(result) {
    if (!result) return bad("manifest", "not a manifest of evidence");
    return result;
  };
  if (TRY(take(rest, kVersion)) != "") return bad("manifest", "unknown version");
  out.root_name = TRY(take(rest, ""));
  const auto who = TRY(wrap(note::split_fields(TRY(take(rest, "org ")), 2, "org")));
  out.org = TRY(wrap(party::OrganisationId::parse(who[0])));
  out.side = TRY(wrap(enum_parse<party::Side>(who[1])));
  out.matter = TRY(wrap(MatterId::parse(TRY(take(rest, "matter ")))));
  const Bytes number = TRY(wrap(from_base64(TRY(take(rest, "number ")))));
  out.number = std::string(text_of(number));
  out.created = TRY(wrap(note::parse_unix_seconds(TRY(take(rest, "created ")), "created")));
  TRY(read_lines(rest, "manifest", out.listed));
  std::map<std::string, Listed> lists;
  for (const auto& [name, listed] : out.listed)
    if (name.starts_with("lists/")) lists.emplace(name, listed);
  for (const auto& [name, listed] : lists)
    if (const auto list = entries.find(name); list != entries.end()) TRY(read_lines(list->second, name, out.listed));
  return out;
}

Status check_listed(const ArchiveEntries& entries, const BundleManifest& manifest) {
  for (const auto& [name, bytes] : entries) {
    if (name == "manifest") continue;
    const auto found = manifest.listed.find(name);
    if (found == manifest.listed.end()) return bad(name, "the manifest does not name this entry");
    if (found->second.bytes != bytes.size() || found->second.digest != crypto::sha256(bytes_of(bytes)))
      return bad(name, "not the bytes that the manifest names");
  }
  for (const auto& [name, listed] : manifest.listed)
    if (!entries.contains(name)) return bad(name, "the entry is missing");
  return {};
}

// The checkpoint says: these entries, all of them, in this order, are the key log. Body of a checkpoint: origin, size, root.
Result<KeyLog> check_directory(const ArchiveEntries& entries, const note::Policy& root, std::span<const note::VerifierKey> admitters,
                               std::size_t& size) {
  const auto found = entries.find("directory/checkpoint");
  if (found == entries.end()) return bad("directory/checkpoint", "the checkpoint is missing");
  const Result<note::Note> checkpoint = note::Note::parse(found->second);
  if (!checkpoint) return bad("directory/checkpoint", "not a signed note");
  if (const Status checked = root.check(*checkpoint); !checked) return bad("directory/checkpoint", checked.error().message);
  std::vector<std::string> notes;
  std::vector<Sha256> leaves;
  for (std::size_t i = 0;; ++i) {
    const auto entry = entries.find(numbered("directory/entries", i));
    if (entry == entries.end()) break;
    notes.push_back(entry->second);
    leaves.push_back(ledger::leaf_hash(bytes_of(entry->second)));
  }
  const std::string expected = "\n" + std::to_string(notes.size()) + "\n" + to_base64(ledger::tree_root(leaves).bytes) + "\n";
  const std::size_t first_line = checkpoint->text.find('\n');
  if (first_line == std::string::npos || std::string_view(checkpoint->text).substr(first_line) != expected)
    return bad("directory/checkpoint", "the checkpoint is over other entries");
  size = notes.size();
  Result<KeyLog> log = KeyLog::create(notes, admitters);
  if (!log)
    return bad(numbered("directory/entries", static_cast<std::size_t>(std::strtoul(log.error().where.c_str(), nullptr, 10))), log.error().message);
  return log;
}

// The entries about people, and which of them somebody ended before their time.
class Revocations {
 public:
  explicit Revocations(const ArchiveEntries& entries) {
    std::map<Sha256, std::size_t> by_leaf;
    for (std::size_t i = 0;; ++i) {
      const auto found = entries.find(numbered("directory/entries", i));
      if (found == entries.end()) return;
      const Result<note::Note> note = note::Note::parse(found->second);
      Result<note::PersonEntry> person = note ? note::PersonEntry::parse(note->text) : tl::unexpected<Error>(note.error());
      if (!person) continue;
      Item item{std::move(*person), {}, {}};
      if (item.entry.previous)
        if (const auto previous = by_leaf.find(*item.entry.previous); previous != by_leaf.end()) {
          item.previous = previous->second;
          items_[previous->second].next.push_back(items_.size());
        }
      by_leaf.emplace(note::leaf_hash(*note), items_.size());
      by_entry_.emplace(i, items_.size());
      items_.push_back(std::move(item));
    }
  }
  // `entry`: its index in the key log.
  [[nodiscard]] bool has(std::size_t entry) const {
    const auto found = by_entry_.find(entry);
    return found != by_entry_.end() &&
           !note::may_vouch(
               found->second, items_[found->second].previous, [&](std::size_t i) -> const auto& { return items_[i].entry; },
               [&](std::size_t i) -> const auto& { return items_[i].next; });
  }

 private:
  struct Item {
    note::PersonEntry entry;
    std::optional<std::size_t> previous;
    std::vector<std::size_t> next;
  };
  std::vector<Item> items_;
  std::map<std::size_t, std::size_t> by_entry_;
};

// The time in an act is its writer's word: a person's key that was revoked before the hub promised the message could have signed under any earlier
// date. A period that came to its planned end in between is no revocation. (That the organisation stood by the act then, the message itself says.)
bool is_signed_in_time(const KeyLog& log, const Revocations& revocations, const EvidenceAct& act, Time promised) {
  if (!act.act.person) return true;
  const std::string org = act.act.org.text(), own = note::person_name(org, *act.act.person);
  const std::vector<KeyLog::PersonKey> then = log.person_keys(org, *act.act.person, promised);
  return std::ranges::all_of(act.signatures, [&](const EvidenceSignature& signature) {
    const auto is_key = [&](const KeyLog::PersonKey& known) { return to_hex(known.key.id) == signature.key_id; };
    return signature.name != own || !revocations.has(signature.entry) || std::ranges::any_of(then, is_key);
  });
}

// A log that shows two faces, be it in one bundle. A proof that was checked: what it says is its log's.
class Faces {
 public:
  Status take(const std::string& proof) {
    const ledger::TlogProof parsed = TRY(ledger::TlogProof::parse(proof));
    const ledger::Checkpoint checkpoint = TRY(ledger::Checkpoint::parse(parsed.checkpoint.text));
    const auto [known, is_new] = roots_.emplace(std::pair(checkpoint.origin, checkpoint.size), checkpoint.root);
    return is_new || known->second == checkpoint.root ? Status{} : fail(Code::LOG_FORKED, "two logs of one name and size");
  }

 private:
  std::map<std::pair<std::string, std::uint64_t>, Sha256> roots_;
};

// Each message of the bundle, and which acts it carried.
Status check_crossings(const ArchiveEntries& entries, const KeyLog& log, const note::Policy& root, const std::vector<inquiry::SignedAct>& acts,
                       EvidenceReport& report, std::size_t& counted) {
  const Revocations revocations(entries);
  Faces faces;
  for (const BundledCrossing& bundled : TRY(take_crossings(entries, acts))) {
    std::vector<inquiry::SignedAct> carried;
    for (const std::size_t place : bundled.acts) carried.push_back(acts[place]);
    Result<CheckedCrossing> checked = check_crossing(bundled.crossing, carried, log, root);
    if (!checked) return bad(bundled.folder + "/" + checked.error().where, checked.error().message);
    if (bundled.crossing.proof)
      if (const Status seen = faces.take(*bundled.crossing.proof); !seen) return bad(bundled.folder + "/proof", seen.error().message);
    for (const std::size_t place : bundled.acts) {
      if (!is_signed_in_time(log, revocations, report.acts[place], checked->promised))
        return bad(report.acts[place].entry, "signed with a key that was revoked before its message was promised");
      report.acts[place].crossing = report.crossings.size();
    }
    report.crossings.push_back(std::move(*checked));
    counted += bundled.entries;
  }
  return {};
}

}  // namespace

Result<std::vector<EvidenceSignature>> check_act_signatures(const KeyLog& log, const inquiry::SignedAct& act, const std::string& entry) {
  std::vector<EvidenceSignature> out;
  const std::string org = act.act.org.text();
  const auto sign = [&](const std::string& name, const note::KeyId& id, bool is_passkey, const note::Validity& valid, std::size_t index) {
    out.push_back({name, to_hex(id), is_passkey, valid.from, valid.until, index});
  };
  bool has_organisation = false, has_person = false;
  for (const KeyLog::OrganisationKey& known : log.organisation_keys(org, act.act.at)) {
    const std::vector<note::VerifierKey> keys{known.key};
    if (const auto who = note::verify(act.note, keys); who && !who->empty()) {
      has_organisation = true;
      sign(known.key.name, known.key.id, false, known.entry.valid, known.index);
    }
  }
  if (!has_organisation) return bad(entry, "no valid signature of its organisation");
  if (act.act.person) {
    std::vector<KeyLog::PersonKey> known = log.person_keys(org, *act.act.person, act.act.at);
    std::erase_if(known, [&](const KeyLog::PersonKey& one) { return one.entry.role != enum_text(act.act.role); });
    std::vector<note::PersonKey> keys;
    for (const KeyLog::PersonKey& one : known) keys.push_back(one.key);
    const Result<std::vector<note::PersonKey>> who = inquiry::own_signatures(act, keys, log.relying_parties(org, act.act.at));
    if (!who && who.error().code != Code::SIGNATURE_MISSING) return bad(entry, who.error().message);
    if (who)
      for (const note::PersonKey& key : *who) {
        const auto of = std::ranges::find(known, key, &KeyLog::PersonKey::key);
        sign(key.name, key.id, key.is_passkey(), of->entry.valid, of->index);
        has_person = true;
      }
  }
  if (inquiry::rule_of(act.act.kind).needs_own_signature && !has_person) return bad(entry, "no valid own signature of a person in that role");
  // Every signature line must be accounted for: a line that nobody vouches for is not evidence of anything, and could be anybody's.
  if (act.note.signatures.size() + act.assertions.size() != out.size()) return bad(entry, "a signature line that the key log does not vouch for");
  return out;
}

Status cut_to_checkpoint(std::vector<std::string>& entries, const std::string& checkpoint) {
  const ledger::Checkpoint head = TRY(ledger::Checkpoint::parse(TRY(note::Note::parse(checkpoint)).text));
  if (head.size > entries.size()) return fail(Code::STALE, "a checkpoint over more entries than these", "checkpoint");
  entries.resize(head.size);
  return {};
}

std::set<Sha256> erased_texts(std::span<const inquiry::SignedAct> acts, const party::OrganisationId& by) {
  std::set<Sha256> out;
  for (const inquiry::SignedAct& act : acts) {
    if (act.act.org != by || (act.act.kind != inquiry::Kind::PURGED && act.act.kind != inquiry::Kind::TEXT_ERASED)) continue;
    for (const Sha256& hash : inquiry::fold_input(act).facts.value_or(inquiry::Facts{}).purged) out.insert(hash);
  }
  return out;
}

std::size_t EvidenceReport::unproven() const {
  return static_cast<std::size_t>(std::ranges::count_if(crossings, [](const CheckedCrossing& one) { return !one.log_size; }));
}

Result<std::string> make_evidence(const EvidenceInput& input, const note::Signer& signer) {
  ArchiveEntries entries;
  std::size_t index = 0;
  for (const inquiry::SignedAct& act : input.acts) {
    entries.emplace(numbered("acts", index), act.note.serialise());
    if (act.body) entries.emplace(numbered("bodies", index), *act.body);
    if (!act.assertions.empty()) entries.emplace(numbered("assertions", index), inquiry::assertions_text(act.assertions));
    ++index;
  }
  for (std::size_t i = 0; i < input.directory.size(); ++i) entries.emplace(numbered("directory/entries", i), input.directory[i]);
  entries.emplace("directory/checkpoint", input.checkpoint);
  TRY(put_crossings(entries, input.crossings, input.acts));
  if (input.pdf) entries.emplace("paper.pdf", *input.pdf);
  const note::Note checkpoint = TRY(note::Note::parse(input.checkpoint));
  std::string text = manifest_head(input, checkpoint.text.substr(0, checkpoint.text.find('\n')));
  text += manifest_lines(entries, text.size());
  entries.emplace("manifest", TRY(note::sign_note(std::move(text), {&signer, 1})).serialise());
  return write_archive(entries);
}

std::string root_file(const Network& network) {
  std::string text = "log " + network.keys.text() + "\nlog " + network.log.text() + "\n";
  for (const note::VerifierKey& admitter : network.admitters) text += std::string(kAdmitLine) + admitter.text() + "\n";
  return text + "quorum none\n";
}

Result<std::vector<note::VerifierKey>> admitters_of(std::string_view root_file) {
  std::vector<note::VerifierKey> out;
  for (std::size_t number = 1; !root_file.empty(); ++number) {
    const std::string_view line = root_file.substr(0, root_file.find('\n'));
    root_file.remove_prefix(std::min(line.size() + 1, root_file.size()));
    if (!line.starts_with(kAdmitLine)) continue;
    const Result<note::VerifierKey> key = note::VerifierKey::parse(line.substr(kAdmitLine.size()));
    const auto is_known = [&](const note::VerifierKey& other) { return other.name == key->name || other.key == key->key; };
    if (!key || key->type != note::KeyType::ed25519 || out.size() == kAdmittersMax || std::ranges::any_of(out, is_known))
      return fail(Code::BAD_VALUE, "not an admitter's key, or one that is there already", "admit", {{"line", std::to_string(number)}});
    out.push_back(*key);
  }
  return out;
}

Result<EvidenceReport> verify_evidence(std::string_view bundle, const note::Policy& root, std::span<const note::VerifierKey> admitters) {
  const ArchiveEntries entries = TRY(read_archive(bundle));
  const BundleManifest manifest = TRY(read_manifest(entries));
  TRY(check_listed(entries, manifest));
  EvidenceReport report;
  report.org = manifest.org;
  report.side = manifest.side;
  report.matter = manifest.matter;
  report.number = manifest.number;
  report.created = manifest.created;
  report.root = manifest.root_name;
  const KeyLog log = TRY(check_directory(entries, root, admitters, report.directory_size));
  report.is_admission_unchecked = admitters.empty() && !log.members().empty();
  bool is_signed = false;
  for (const KeyLog::OrganisationKey& known : log.organisation_keys(manifest.org.text(), manifest.created)) {
    const std::vector<note::VerifierKey> keys{known.key};
    const auto who = note::verify(manifest.note, keys);
    is_signed = is_signed || (who && !who->empty());
  }
  if (!is_signed || manifest.note.signatures.size() != 1) return bad("manifest", "not signed by the organisation it names");

  std::vector<inquiry::SignedAct> acts;
  for (std::size_t index = 0;; ++index) {
    const std::string name = numbered("acts", index);
    const auto found = entries.find(name);
    if (found == entries.end()) break;
    const auto body = entries.find(numbered("bodies", index));
    const std::string beside = numbered("assertions", index);
    std::vector<note::Assertion> assertions;
    if (const auto stored = entries.find(beside); stored != entries.end()) {
      Result<std::vector<note::Assertion>> parsed = inquiry::parse_assertions(stored->second);
      if (!parsed || parsed->empty()) return bad(beside, parsed ? "an empty list" : parsed.error().message);
      assertions = std::move(*parsed);
    }
    Result<inquiry::SignedAct> act =
        inquiry::SignedAct::create(found->second, body == entries.end() ? std::nullopt : std::optional(body->second), std::move(assertions));
    if (!act)
      return bad(act.error().code == Code::TEXT_DIFFERS ? numbered("bodies", index)
                 : act.error().where == "assertions"    ? beside
                                                        : name,
                 act.error().message);
    if (act->act.matter != manifest.matter) return bad(name, "an act of another matter");
    if (!act->is_shared() && act->act.org != manifest.org) return bad(name, "an internal act of the other side");
    EvidenceAct shown{name, act->act, act->hash, TRY(check_act_signatures(log, *act, name)), {}, !act->body.has_value(), {}};
    report.acts.push_back(std::move(shown));
    acts.push_back(std::move(*act));
  }
  if (acts.empty()) return bad("acts/000000", "the bundle holds no acts");
  std::size_t counted = acts.size() + report.directory_size + 2;
  for (const auto& [name, bytes] : entries)
    if (name.starts_with("bodies/") || name.starts_with("assertions/") || name.starts_with("lists/") || name == "paper.pdf") ++counted;
  TRY(check_crossings(entries, log, root, acts, report, counted));
  if (counted != entries.size()) return bad("the archive", "entries that belong to nothing");

  const inquiry::MatterState state = inquiry::fold(acts);
  for (EvidenceAct& shown : report.acts) {
    shown.effect = state.effects.at(shown.hash);
    if (shown.effect.effect == inquiry::Effect::HELD) return bad(shown.entry, "an act it follows is missing");
  }
  const std::set<Sha256> purged = erased_texts(acts, manifest.org);
  for (const EvidenceAct& shown : report.acts)
    if (shown.is_purged && !purged.contains(shown.hash)) return bad(shown.entry, "its text is missing and no receipt of a purge names it");
  report.state = manifest.side == party::Side::AGENCY ? state.agency.state : state.shared.state;
  return report;
}

}  // namespace warifu::exchange
