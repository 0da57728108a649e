#include "ledger/checkpoint.h"

#include <algorithm>

#include "base/limits.h"
#include "note/lines.h"

namespace warifu::ledger {

namespace {

constexpr std::string_view kProofVersion = "c2sp.org/tlog-proof@v1";

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }

std::string spell(const Proof& proof) {
  std::string out;
  for (const Sha256& hash : proof) out += to_base64(hash.bytes) + "\n";
  return out;
}

Result<Sha256> hash_of(std::string_view line, const char* where) {
  const Bytes bytes = TRY(note::parse_base64(line, 32, where));
  Sha256 out;
  std::ranges::copy(bytes, out.bytes.begin());
  return out;
}

Result<std::string_view> take_line(std::string_view& rest, const char* where) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return bad("a line without an end", where);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

// Hashes up to an empty line; then the checkpoint.
Result<Proof> take_hashes(std::string_view& rest) {
  Proof out;
  for (;;) {
    const std::string_view line = TRY(take_line(rest, "hash"));
    if (line.empty()) return out;
    if (out.size() == kProofHashesMax) return bad("too many hashes", "hash");
    out.push_back(TRY(hash_of(line, "hash")));
  }
}

}  // namespace

std::string Checkpoint::text() const { return origin + "\n" + std::to_string(size) + "\n" + to_base64(root.bytes) + "\n"; }

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  Checkpoint out;
  std::string_view rest = text;
  out.origin = TRY(take_line(rest, "origin"));
  if (!note::is_key_name(out.origin)) return bad("not the name of a log", "origin");
  out.size = TRY(note::parse_decimal(TRY(take_line(rest, "size")), "size", INT64_MAX));
  out.root = TRY(hash_of(TRY(take_line(rest, "root")), "root"));
  if (!rest.empty()) return bad("more lines than three", "end");
  return out;
}

std::string TlogProof::serialise() const {
  std::string out = std::string(kProofVersion) + "\n";
  if (extra) out += "extra " + to_base64(*extra) + "\n";
  return out + "index " + std::to_string(index) + "\n" + spell(path) + "\n" + checkpoint.serialise();
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
  if (text.size() > 2 * limits::kNoteBytesMax)
    return fail(Code::TOO_LARGE, "a proof is small", {}, {{"max", std::to_string(2 * limits::kNoteBytesMax)}});
  TlogProof out;
  std::string_view rest = text;
  if (TRY(take_line(rest, "version")) != kProofVersion) return bad("not a proof of version 1", "version");
  std::string_view line = TRY(take_line(rest, "index"));
  if (line.starts_with("extra ")) {
    const Result<Bytes> extra_bytes = from_base64(line.substr(6));
    if (!extra_bytes) return bad("not base64", "extra");
    out.extra = *extra_bytes;
    line = TRY(take_line(rest, "index"));
  }
  if (!line.starts_with("index ")) return bad("the index is missing", "index");
  out.index = TRY(note::parse_decimal(line.substr(6), "index", INT64_MAX));
  out.path = TRY(take_hashes(rest));
  out.checkpoint = TRY(note::Note::parse(rest));
  return out;
}

Result<Checkpoint> TlogProof::verify(const Sha256& leaf, const note::Policy& policy) const {
  TRY(policy.check(checkpoint));
  Checkpoint seen = TRY(Checkpoint::parse(checkpoint.text));
  TRY(verify_inclusion(leaf, index, seen.size, seen.root, path));
  return seen;
}

std::string AddCheckpoint::serialise() const { return "old " + std::to_string(old_size) + "\n" + spell(proof) + "\n" + checkpoint.serialise(); }

Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
  if (body.size() > 2 * limits::kNoteBytesMax)
    return fail(Code::TOO_LARGE, "a checkpoint is small", {}, {{"max", std::to_string(2 * limits::kNoteBytesMax)}});
  AddCheckpoint out;
  std::string_view rest = body;
  const std::string_view line = TRY(take_line(rest, "old"));
  if (!line.starts_with("old ")) return bad("the old size is missing", "old");
  out.old_size = TRY(note::parse_decimal(line.substr(4), "old", INT64_MAX));
  out.proof = TRY(take_hashes(rest));
  out.checkpoint = TRY(note::Note::parse(rest));
  return out;
}

WitnessVerdict judge_checkpoint(const AddCheckpoint& request, const note::VerifierKey& log, const std::optional<Checkpoint>& last) {
  WitnessVerdict out;
  const Result<Checkpoint> checkpoint = Checkpoint::parse(request.checkpoint.text);
  if (!checkpoint || checkpoint->origin != log.name) return {WitnessAnswer::UNKNOWN_LOG, {}};
  out.checkpoint = *checkpoint;
  if (!note::require(request.checkpoint, log)) return {WitnessAnswer::NOT_SIGNED, out.checkpoint};
  if (request.old_size > checkpoint->size) return {WitnessAnswer::OLD_TOO_LARGE, out.checkpoint};
  const std::uint64_t known = last ? last->size : 0;
  if (request.old_size != known) return {WitnessAnswer::CONFLICT, out.checkpoint};
  if (known == 0) {
    // Every tree goes on from the empty one, and an empty tree has one root.
    const bool is_empty_right = checkpoint->size != 0 || checkpoint->root == tree_root({});
    return {request.proof.empty() && is_empty_right ? WitnessAnswer::ACCEPTED : WitnessAnswer::BAD_PROOF, out.checkpoint};
  }
  if (checkpoint->size == known) {
    const bool is_same = checkpoint->root == last->root && request.proof.empty();
    return {is_same ? WitnessAnswer::ACCEPTED : WitnessAnswer::BAD_PROOF, out.checkpoint};
  }
  if (!verify_consistency(known, last->root, checkpoint->size, checkpoint->root, request.proof)) return {WitnessAnswer::BAD_PROOF, out.checkpoint};
  return out;
}

}  // namespace warifu::ledger
