#include "exchange/crossing.h"

#include <algorithm>
#include <cstdio>

#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"

namespace warifu::exchange {

namespace {

tl::unexpected<Error> bad(std::string why, const char* where) { return fail(Code::EVIDENCE_INVALID, std::move(why), where, {{"reason", where}}); }

std::vector<note::VerifierKey> sign_keys(const KeyLog& keys, const std::string& org, Time at) {
  std::vector<note::VerifierKey> out;
  for (const KeyLog::OrganisationKey& known : keys.organisation_keys(org, at)) out.push_back(known.key);
  return out;
}

// Envelope and manifest belong together, and the sender signed both, by keys in force when the hub took the message: what a manifest says of its own
// time is the sender's word alone.
Result<std::pair<Envelope, Manifest>> check_sender(const Crossing& crossing, const KeyLog& keys, Time promised) {
  const Result<note::Note> manifest_note = note::Note::parse(crossing.manifest);
  if (!manifest_note) return bad("not a signed note", "manifest");
  const Result<Manifest> manifest = Manifest::parse(manifest_note->text);
  if (!manifest) return bad(manifest.error().message, "manifest");
  const std::vector<note::VerifierKey> sender = sign_keys(keys, manifest->from, promised);
  if (const auto who = note::verify(*manifest_note, sender); !who || who->empty()) return bad("not signed by its sender", "manifest");
  const Result<CheckedEnvelope> envelope = check_envelope(crossing.envelope, sender);
  if (!envelope) return bad(envelope.error().message, "envelope");
  const Envelope& outer = envelope->envelope;
  const bool is_same = outer.id == manifest->id && outer.from == manifest->from &&
                       std::ranges::equal(outer.to, manifest->to, {}, {}, &Manifest::Recipient::org) &&
                       outer.thread == thread_pseudonym(manifest->thread, manifest->from);
  if (!is_same) return bad("envelope and manifest speak of different messages", "envelope");
  return std::pair(outer, *manifest);
}

Status check_acts(const Crossing& crossing, std::span<const inquiry::SignedAct> acts, const Manifest& manifest, CheckedCrossing& out) {
  if (manifest.type != MessageType::acts) return bad("not a message of acts", "manifest");
  if (!std::ranges::equal(crossing.acts, acts, {}, {}, &inquiry::SignedAct::hash) || acts.empty()) return bad("an act it carried is missing", "acts");
  for (const inquiry::SignedAct& act : acts) {
    if (act.act.org.text() != manifest.from) return bad("an act of another organisation than the sender", "acts");
    if (act.act.matter != manifest.thread) return bad("an act of another matter", "acts");
  }
  out.is_text_checked = std::ranges::all_of(acts, [](const inquiry::SignedAct& act) { return act.body.has_value(); });
  if (!out.is_text_checked) return {};
  const Result<std::string> body = spell_acts(acts);
  if (!body) return bad(body.error().message, "acts");
  if (body->size() != manifest.body_bytes || crypto::sha256(*body) != manifest.body) return bad("not the acts that the manifest names", "acts");
  return {};
}

// The names under which others than the hub cosigned the checkpoint: its own witness says when it was published, not that anybody watches.
std::vector<std::string> cosigners(const note::Note& checkpoint, const std::string& hub, const KeyLog& keys, const note::Policy& root) {
  std::vector<note::VerifierKey> known;
  for (const note::Policy::Witness& witness : root.witnesses) known.push_back(witness.key);
  for (note::VerifierKey& key : keys.witness_keys())
    if (std::ranges::find(known, key) == known.end()) known.push_back(std::move(key));
  std::vector<std::string> out;
  if (const auto who = note::verify(checkpoint, known))
    for (const note::VerifierKey& key : *who)
      if (!key.name.starts_with(hub + "/")) out.push_back(key.name);
  return out;
}

std::string numbered(std::string_view folder, std::size_t index) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%06zu", index);
  return std::string(folder) + "/" + digits;
}

tl::unexpected<Error> bad_entry(std::string why, const std::string& entry) {
  return fail(Code::EVIDENCE_INVALID, std::move(why), entry, {{"reason", entry}});
}

// "acts/000012\n", the one spelling of a place.
Result<std::vector<std::size_t>> parse_places(std::string_view text, std::size_t acts_max, const std::string& entry) {
  constexpr std::size_t kLine = 12;
  std::vector<std::size_t> out;
  for (; !text.empty(); text.remove_prefix(kLine)) {
    std::size_t place = 0;
    for (std::size_t i = 5; i < std::min(kLine - 1, text.size()); ++i) place = place * 10 + static_cast<std::size_t>(text[i] - '0');
    if (text.size() < kLine || place >= acts_max || text.substr(0, kLine) != numbered("acts", place) + "\n")
      return bad_entry("a line that names no act of the bundle", entry);
    out.push_back(place);
  }
  if (out.empty() || out.size() > kActsPerMessageMax) return bad_entry("names no act, or too many", entry);
  return out;
}

}  // namespace

std::string message_folder(std::size_t index) { return numbered("messages", index); }

Status put_crossings(ArchiveEntries& entries, std::span<const Crossing> crossings, std::span<const inquiry::SignedAct> acts) {
  std::size_t index = 0;
  for (const Crossing& crossing : crossings) {
    const std::string folder = message_folder(index++);
    std::string names;
    for (const Sha256& hash : crossing.acts) {
      const auto found = std::ranges::find(acts, hash, &inquiry::SignedAct::hash);
      if (found == acts.end()) return fail(Code::NOT_FOUND, "an act of a message is not in the bundle", hash.hex());
      names += numbered("acts", static_cast<std::size_t>(found - acts.begin())) + "\n";
    }
    entries.emplace(folder + "/acts", std::move(names));
    entries.emplace(folder + "/envelope", crossing.envelope);
    entries.emplace(folder + "/manifest", crossing.manifest);
    entries.emplace(folder + "/promise", crossing.promise);
    if (crossing.proof) entries.emplace(folder + "/proof", *crossing.proof);
  }
  return {};
}

Result<std::vector<BundledCrossing>> take_crossings(const ArchiveEntries& entries, std::span<const inquiry::SignedAct> acts) {
  std::vector<BundledCrossing> out;
  for (std::size_t index = 0;; ++index) {
    BundledCrossing one;
    one.folder = message_folder(index);
    const auto take = [&](const char* name) -> Result<std::string> {
      const auto found = entries.find(one.folder + "/" + name);
      if (found == entries.end()) return bad_entry("the entry is missing", one.folder + "/" + name);
      ++one.entries;
      return found->second;
    };
    const auto first = entries.lower_bound(one.folder + "/");
    if (first == entries.end() || !first->first.starts_with(one.folder + "/")) return out;
    one.acts = TRY(parse_places(TRY(take("acts")), acts.size(), one.folder + "/acts"));
    for (const std::size_t place : one.acts) one.crossing.acts.push_back(acts[place].hash);
    one.crossing.envelope = TRY(take("envelope"));
    one.crossing.manifest = TRY(take("manifest"));
    one.crossing.promise = TRY(take("promise"));
    if (entries.contains(one.folder + "/proof")) one.crossing.proof = TRY(take("proof"));
    out.push_back(std::move(one));
  }
}

Result<CheckedCrossing> check_crossing(const Crossing& crossing, std::span<const inquiry::SignedAct> acts, const KeyLog& keys,
                                       const note::Policy& root) {
  const Result<note::Note> promise_note = note::Note::parse(crossing.promise);
  const Result<Promise> said = promise_note ? Promise::parse(promise_note->text) : tl::unexpected<Error>(promise_note.error());
  if (!said) return bad("not a promise", "promise");
  const auto [envelope, manifest] = TRY(check_sender(crossing, keys, said->at));
  CheckedCrossing out;
  out.message = envelope.id;
  out.from = envelope.from;
  out.to = envelope.to;
  out.created = manifest.created;
  TRY(check_acts(crossing, acts, manifest, out));

  const bool is_trusted = std::ranges::any_of(root.logs, [&](const note::Policy::Log& log) { return log.key.name == said->origin; });
  if (!is_trusted) return bad("of a log that the root file does not name", "promise");
  const std::string hub = said->origin.substr(0, said->origin.rfind('/'));
  const Result<Promise> promise = check_promise(crossing.promise, envelope, said->origin, sign_keys(keys, hub, said->at));
  if (!promise) return bad(promise.error().message, "promise");
  out.log = promise->origin;
  out.index = promise->index;
  out.promised = promise->at;

  const std::string leaf = leaf_text(out.log, manifest.created, commitment_of(manifest.salt, crossing.manifest));
  if (ledger::leaf_hash(bytes_of(leaf)) != envelope.leaf) return bad("the leaf commits to another manifest", "envelope");
  if (!crossing.proof) return out;
  const Result<ledger::TlogProof> proof = ledger::TlogProof::parse(*crossing.proof);
  if (!proof) return bad("not a proof", "proof");
  const Result<ledger::Checkpoint> checkpoint = proof->verify(envelope.leaf, root);
  if (!checkpoint) return bad(checkpoint.error().message, "proof");
  if (checkpoint->origin != out.log || proof->index != out.index) return bad("another place in the log than the one promised", "proof");
  out.log_size = checkpoint->size;
  out.cosigned_by = cosigners(proof->checkpoint, hub, keys, root);
  return out;
}

}  // namespace warifu::exchange
