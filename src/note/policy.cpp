#include "note/policy.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "note/lines.h"

namespace warifu::note {

namespace {

tl::unexpected<Error> bad(std::string message) { return fail(Code::BAD_VALUE, std::move(message)); }

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return out;
    const std::size_t end = std::min(line.find_first_of(" \t", start), line.size());
    out.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
}

class PolicyParser {
 public:
  Status take(std::string_view line) {
    for (const char c : line)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return bad("control character");
    const auto words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "log") return take_log(words);
    if (words[0] == "witness") return take_witness(words);
    if (words[0] == "group") return take_group(words);
    if (words[0] == "quorum") return take_quorum(words);
    return bad("unknown keyword");
  }

  Result<Policy> finish() {
    if (policy_.quorum.empty()) return bad("a policy has a quorum line");
    return std::move(policy_);
  }

 private:
  using Words = std::vector<std::string_view>;

  Status take_log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return bad("log <vkey> [<url>]");
    VerifierKey key = TRY(VerifierKey::parse(words[1]));
    if (key.type != KeyType::ed25519) return bad("a log's key is of type 0x01");
    if (policy_.logs.size() == kPolicyEntriesMax) return fail(Code::TOO_MANY, "too many logs");
    if (!log_keys_.insert(key.key).second) return bad("the same key for two logs");
    policy_.logs.push_back({std::move(key), words.size() == 3 ? std::string(words[2]) : std::string()});
    return {};
  }

  Status take_witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return bad("witness <name> <vkey> [<url>]");
    VerifierKey key = TRY(VerifierKey::parse(words[2]));
    if (key.type != KeyType::cosignature_v1) return bad("a witness's key is of type 0x04");
    if (policy_.witnesses.size() == kPolicyEntriesMax) return fail(Code::TOO_MANY, "too many witnesses");
    if (!witness_keys_.insert(key.key).second) return bad("the same key for two witnesses");
    TRY(define(words[1]));
    policy_.witnesses.push_back({std::string(words[1]), std::move(key), words.size() == 4 ? std::string(words[3]) : std::string()});
    return {};
  }

  Status take_group(const Words& words) {
    if (words.size() < 4) return bad("group <name> <k|any|all> <member>…");
    if (policy_.groups.size() == kPolicyEntriesMax) return fail(Code::TOO_MANY, "too many groups");
    Policy::Group group{std::string(words[1]), 1, {}};
    for (std::size_t i = 3; i < words.size(); ++i) {
      if (!names_.contains(words[i])) return bad("a member is not defined above");
      // Each name counts in one group only, so that no witness contributes twice.
      if (!members_.insert(std::string(words[i])).second) return bad("a name is a member twice");
      group.members.emplace_back(words[i]);
    }
    if (words[2] == "all") {
      group.needed = group.members.size();
    } else if (words[2] != "any") {
      group.needed = TRY(parse_decimal(words[2], "group", group.members.size()));
      if (group.needed == 0) return bad("a group needs at least one member");
    }
    TRY(define(words[1]));
    policy_.groups.push_back(std::move(group));
    return {};
  }

  Status take_quorum(const Words& words) {
    if (words.size() != 2) return bad("quorum <name>");
    if (!policy_.quorum.empty()) return bad("two quorum lines");
    if (words[1] != "none" && !names_.contains(words[1])) return bad("the quorum is not defined above");
    policy_.quorum = std::string(words[1]);
    return {};
  }

  Status define(std::string_view name) {
    if (name == "none" || !names_.emplace(name).second) return bad("the name is taken");
    return {};
  }

  Policy policy_;
  std::set<std::string, std::less<>> names_;
  std::set<std::string> members_;
  std::set<crypto::Ed25519Public> log_keys_, witness_keys_;
};

}  // namespace

Result<Policy> Policy::parse(std::string_view text) {
  if (text.size() > limits::kNoteBytesMax) return fail(Code::TOO_LARGE, "policy too large", {}, {{"max", std::to_string(limits::kNoteBytesMax)}});
  PolicyParser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad("the last line has no line feed");
    if (auto taken = parser.take(text.substr(0, end)); !taken) {
      Error error = std::move(taken).error();
      error.args["line"] = std::to_string(number);
      return tl::unexpected<Error>(std::move(error));
    }
    text.remove_prefix(end + 1);
  }
  return parser.finish();
}

bool Policy::holds(std::string_view name, std::span<const VerifierKey> cosigned) const {
  if (name == "none") return true;
  for (const Witness& witness : witnesses)
    if (witness.name == name) return std::find(cosigned.begin(), cosigned.end(), witness.key) != cosigned.end();
  for (const Group& group : groups) {
    if (group.name != name) continue;
    const auto count = std::count_if(group.members.begin(), group.members.end(), [&](const std::string& member) { return holds(member, cosigned); });
    return static_cast<std::size_t>(count) >= group.needed;
  }
  return false;
}

bool Policy::is_quorum(std::span<const VerifierKey> cosigned) const { return holds(quorum, cosigned); }

Status Policy::check(const Note& checkpoint) const {
  const std::string_view origin = std::string_view(checkpoint.text).substr(0, checkpoint.text.find('\n'));
  std::vector<VerifierKey> log_keys;
  std::vector<VerifierKey> witness_keys;
  for (const Log& log : logs)
    if (log.key.name == origin) log_keys.push_back(log.key);
  if (log_keys.empty()) return fail(Code::KEY_UNKNOWN, "the checkpoint is of a log that the policy does not name");
  TRY(verify(checkpoint, log_keys));
  for (const Witness& witness : witnesses) witness_keys.push_back(witness.key);
  std::vector<VerifierKey> cosigned;
  if (auto found = verify(checkpoint, witness_keys)) {
    cosigned = std::move(*found);
  } else if (found.error().code != Code::SIGNATURE_MISSING) {
    return tl::unexpected<Error>(std::move(found).error());
  }
  if (!is_quorum(cosigned)) return fail(Code::SIGNATURE_MISSING, "too few witnesses cosigned the checkpoint");
  return {};
}

}  // namespace warifu::note
