#include "inquiry/fold.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <unordered_map>

#include "base/limits.h"
#include "inquiry/apply.h"
#include "inquiry/fold_legal.h"

namespace warifu::inquiry {

namespace {

struct Node {
  const FoldInput* input = nullptr;
  std::vector<std::size_t> parents;  // after: decides what was in sight
  std::vector<std::size_t> earlier;  // parents and basis: the order among what has not crossed
  bool is_crossing = false;          // both sides have it, or will
  bool is_held = false;
  std::size_t position = 0;              // among the shared acts, in order
  std::vector<std::uint64_t> ancestors;  // by position, 64 to a word
};

// Each act once, by act id, so that nothing below depends on the order in which acts arrived. Of two copies the one whose facts can be read.
std::vector<Node> nodes_of(const std::vector<FoldInput>& acts) {
  std::vector<const FoldInput*> sorted;
  sorted.reserve(acts.size());
  for (const FoldInput& input : acts) sorted.push_back(&input);
  std::ranges::sort(sorted, [](const FoldInput* a, const FoldInput* b) {
    if (a->act.id != b->act.id) return a->act.id < b->act.id;
    if (a->hash != b->hash) return a->hash < b->hash;
    return a->facts.has_value() && !b->facts.has_value();
  });
  std::vector<Node> nodes;
  nodes.reserve(acts.size());
  for (const FoldInput* input : sorted) {
    if (!nodes.empty() && nodes.back().input->hash == input->hash) continue;
    Node node;
    node.input = input;
    node.is_crossing = rule_of(input->act.kind).is_shared;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

const Facts& facts_in(const Node& node) {
  static const Facts kNone;  // of a purged body without residue
  return node.input->facts ? *node.input->facts : kNone;
}

using Index = std::unordered_map<Sha256, std::size_t>;

Index index_of(const std::vector<Node>& nodes) {
  Index index;
  index.reserve(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) index.emplace(nodes[i].input->hash, i);
  return index;
}

// An approval crosses with the dispatch that names it. Until then, and for ever when it is sent back or voided, it stays with its agency and
// counts as one of its internal acts: were it to order the shared ones, the sides would order them differently.
void mark_undispatched(std::vector<Node>& nodes, const Index& index) {
  for (Node& node : nodes)
    if (node.input->act.kind == Kind::APPROVED) node.is_crossing = false;
  for (const Node& node : nodes) {
    if (node.input->act.kind != Kind::DISPATCHED) continue;
    for (const Sha256& head : node.input->act.after)
      if (const auto found = index.find(head); found != index.end() && nodes[found->second].input->act.kind == Kind::APPROVED)
        nodes[found->second].is_crossing = true;
  }
}

// An act is held while a parent is missing, or while a parent is held itself; a shared act that names an internal one is never applied.
// Of the basis only what the writer's own organisation wrote counts; what is not here of it (it never crossed) is passed over.
void link(std::vector<Node>& nodes, const Index& index) {
  for (Node& node : nodes) {
    for (const Sha256& head : node.input->act.after) {
      const auto found = index.find(head);
      if (found == index.end()) {
        node.is_held = true;
        continue;
      }
      node.parents.push_back(found->second);
      if (rule_of(node.input->act.kind).is_shared && !nodes[found->second].is_crossing) node.is_held = true;
    }
    node.earlier = node.parents;
    for (const Sha256& own : facts_in(node).basis)
      if (const auto found = index.find(own); found != index.end() && nodes[found->second].input->act.org == node.input->act.org)
        node.earlier.push_back(found->second);
  }
}

// Kahn's order among the shared acts, ties by act id (which the index is).
std::vector<std::size_t> shared_order_of(const std::vector<Node>& nodes) {
  std::vector<std::size_t> order;
  std::vector<std::size_t> waiting(nodes.size(), 0);
  std::vector<std::vector<std::size_t>> children(nodes.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].is_crossing || nodes[i].is_held) continue;
    for (const std::size_t before : nodes[i].parents) children[before].push_back(i);
    waiting[i] = nodes[i].parents.size();
    if (waiting[i] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const std::size_t i = ready.top();
    ready.pop();
    order.push_back(i);
    for (const std::size_t child : children[i])
      if (--waiting[child] == 0) ready.push(child);
  }
  return order;
}

// The order of application. The shared acts are ordered first, by themselves, so that it is the same on both sides; each internal act stands as
// early as what it names allows: its rank is the place of the last shared act it had in sight. So it stands before every shared act its own
// writer wrote later (which had that one in sight too).
std::vector<std::size_t> ordered(const std::vector<Node>& nodes, const std::vector<std::size_t>& shared_order) {
  std::vector<std::size_t> rank(nodes.size(), 0);
  std::vector<bool> is_placed(nodes.size(), false);
  for (std::size_t k = 0; k < shared_order.size(); ++k) {
    rank[shared_order[k]] = k + 1;
    is_placed[shared_order[k]] = true;
  }
  std::vector<std::size_t> waiting(nodes.size(), 0);
  std::vector<std::vector<std::size_t>> children(nodes.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  std::vector<std::size_t> order = shared_order;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].is_crossing || nodes[i].is_held) continue;
    for (const std::size_t before : nodes[i].earlier) {
      if (is_placed[before]) {
        rank[i] = std::max(rank[i], rank[before]);
        continue;
      }
      children[before].push_back(i);
      ++waiting[i];
    }
    if (waiting[i] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const std::size_t i = ready.top();
    ready.pop();
    order.push_back(i);
    for (const std::size_t child : children[i]) {
      rank[child] = std::max(rank[child], rank[i]);
      if (--waiting[child] == 0) ready.push(child);
    }
  }
  // Stable: within a rank the shared act that opens it stands first, then the internal ones in their order.
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rank[i]; });
  return order;
}

// Which shared acts each act had in sight when it was written; internal acts never decide a conflict.
void fill_ancestors(std::vector<Node>& nodes, const std::vector<std::size_t>& shared_order, const std::vector<std::size_t>& order) {
  for (std::size_t k = 0; k < shared_order.size(); ++k) nodes[shared_order[k]].position = k;
  for (const std::size_t i : order) {
    std::vector<std::uint64_t>& own = nodes[i].ancestors;
    for (const std::size_t parent : nodes[i].parents) {
      const std::size_t at = nodes[parent].position;
      own.resize(std::max({own.size(), nodes[parent].ancestors.size(), nodes[parent].is_crossing ? at / 64 + 1 : 0}));
      if (nodes[parent].is_crossing) own[at / 64] |= std::uint64_t{1} << (at % 64);
      for (std::size_t w = 0; w < nodes[parent].ancestors.size(); ++w) own[w] |= nodes[parent].ancestors[w];
    }
  }
}

bool has_ancestor(const Node& node, const Node& other) {
  const std::size_t word = other.position / 64;
  return word < node.ancestors.size() && (node.ancestors[word] >> (other.position % 64) & 1U) != 0;
}

// Only `after` makes an act no head: what a basis names is named again by the writer's next internal act, which so has everything in sight.
// An approval that came before its dispatch is not in sight at the side that received it.
void fill_heads(MatterState& state, const std::vector<Node>& nodes, const std::vector<std::size_t>& order) {
  const auto internal = std::ranges::find_if(nodes, [](const Node& node) { return !rule_of(node.input->act.kind).is_shared; });
  const auto is_own = [&](const Node& node) { return internal != nodes.end() && node.input->act.org == internal->input->act.org; };
  std::vector<bool> is_named(nodes.size(), false), is_named_by_crossing(nodes.size(), false);
  for (const std::size_t i : order)
    for (const std::size_t parent : nodes[i].parents) {
      if (nodes[i].is_crossing || is_own(nodes[i])) is_named[parent] = true;
      if (nodes[i].is_crossing) is_named_by_crossing[parent] = true;
    }
  for (const std::size_t i : order) {
    const Sha256& hash = nodes[i].input->hash;
    if (nodes[i].is_crossing && !is_named_by_crossing[i]) state.shared_heads.push_back(hash);
    if (is_named[i] || !(nodes[i].is_crossing || is_own(nodes[i]))) continue;
    state.heads.push_back(hash);
    if (!nodes[i].is_crossing) state.internal_heads.push_back(hash);
  }
  std::ranges::sort(state.heads);
  std::ranges::sort(state.shared_heads);
  std::ranges::sort(state.internal_heads);
}

// Which organisation holds these acts: the one whose internal acts are among them.
const party::OrganisationId* holder_of(const std::vector<SignedAct>& acts) {
  for (const SignedAct& act : acts)
    if (!act.is_shared()) return &act.act.org;
  return nullptr;
}

// Facts of purged bodies, from the holder's own records of what it erased. Nobody else's: what the other side says must not change what this
// side reads, and such a record never crosses anyway.
std::unordered_map<Sha256, Facts> residue_of(const std::vector<SignedAct>& acts) {
  std::unordered_map<Sha256, Facts> residue;
  const party::OrganisationId* holder = holder_of(acts);
  std::vector<const SignedAct*> receipts;
  for (const SignedAct& act : acts)
    if (act.act.kind == Kind::TEXT_ERASED && act.body && act.act.org == *holder) receipts.push_back(&act);
  std::ranges::sort(receipts,
                    [](const SignedAct* a, const SignedAct* b) { return a->act.id != b->act.id ? a->act.id < b->act.id : a->hash < b->hash; });
  for (const SignedAct* receipt : receipts) {
    const Result<json::Value> body = json::parse(*receipt->body);
    const json::Value* entries = body && body->is_object() ? body->get_object().if_contains("residue") : nullptr;
    if (entries == nullptr || !entries->is_object()) continue;
    for (const auto& [key, value] : entries->get_object()) {
      const Result<Sha256> hash = Sha256::parse(std::string_view(key));
      Result<Facts> facts = json::decode<Facts>(value);
      if (hash && facts) residue.emplace(*hash, std::move(*facts));
    }
  }
  return residue;
}

}  // namespace

FoldInput fold_input(const SignedAct& act) {
  FoldInput input{act.act, act.hash, std::nullopt};
  if (act.body)
    if (const Result<json::Value> body = json::parse(*act.body)) input.facts = facts_of(act.act.kind, *body);
  return input;
}

std::vector<FoldInput> fold_inputs(const std::vector<SignedAct>& acts) {
  std::vector<FoldInput> inputs;
  inputs.reserve(acts.size());
  for (const SignedAct& act : acts) inputs.push_back(fold_input(act));
  const std::unordered_map<Sha256, Facts> residue = residue_of(acts);
  for (FoldInput& input : inputs)
    if (!input.facts)
      if (const auto found = residue.find(input.hash); found != residue.end()) input.facts = found->second;
  return inputs;
}

MatterState fold(const std::vector<SignedAct>& acts) { return fold(fold_inputs(acts)); }

MatterState fold(const std::vector<FoldInput>& acts) {
  MatterState state;
  std::vector<Node> nodes = nodes_of(acts);
  const Index index = index_of(nodes);
  mark_undispatched(nodes, index);
  link(nodes, index);
  const std::vector<std::size_t> shared_order = shared_order_of(nodes);
  const std::vector<std::size_t> order = ordered(nodes, shared_order);
  fill_ancestors(nodes, shared_order, order);
  state.order.reserve(order.size());
  for (const std::size_t i : order) {
    const InSight in_sight = [&](const Sha256& hash) {
      const auto found = index.find(hash);
      return found != index.end() && nodes[found->second].is_crossing && has_ancestor(nodes[i], nodes[found->second]);
    };
    const Sha256& hash = nodes[i].input->hash;
    EffectOf effect = apply(state, *nodes[i].input, facts_in(nodes[i]), in_sight);
    state.effects.emplace(hash, std::move(effect));
    state.order.push_back(hash);
  }
  for (const Node& node : nodes)
    if (!state.effects.contains(node.input->hash)) state.effects.emplace(node.input->hash, EffectOf{Effect::HELD, "an act it follows is not here"});
  finish(state);
  fill_heads(state, nodes, order);
  return state;
}

std::vector<Sha256> heads_for(const MatterState& state, Kind kind) {
  if (!rule_of(kind).is_shared) return state.heads;
  std::vector<Sha256> heads = state.shared_heads;
  if (kind != Kind::DISPATCHED || !state.agency.working || !state.agency.working->approved) return heads;
  heads.push_back(state.agency.working->approved->act);
  std::ranges::sort(heads);
  const auto [first, last] = std::ranges::unique(heads);
  heads.erase(first, last);
  return heads;
}

Status check_legal(const std::vector<FoldInput>& acts, const FoldInput& next) {
  if (acts.size() >= limits::kActsPerMatterMax) return fail(Code::TOO_MANY, "the matter holds as many acts as it may");
  std::vector<FoldInput> all = acts;
  TRY(add_legal(fold(acts), all, next));
  return {};
}

Result<MatterState> add_legal(const MatterState& before, std::vector<FoldInput>& acts, FoldInput next) {
  if (acts.size() >= limits::kActsPerMatterMax) return fail(Code::TOO_MANY, "the matter holds as many acts as it may");
  if (std::optional<Error> objection = own_objection(before, next, next.facts.value_or(Facts{}))) return tl::unexpected<Error>(std::move(*objection));
  const Sha256 hash = next.hash;
  const std::string kind(enum_text(next.act.kind));
  acts.push_back(std::move(next));
  MatterState after = fold(acts);
  const EffectOf effect = after.effects.at(hash);
  if (effect.effect != Effect::APPLIED) acts.pop_back();
  switch (effect.effect) {
    case Effect::APPLIED: return after;
    case Effect::HELD: return fail(Code::PARENT_MISSING, effect.why);
    case Effect::ILLEGAL:
    case Effect::LATE:
    case Effect::OVERRIDDEN: break;
  }
  // Before a dispatch there is no shared state; what the agency made of the matter is its state then.
  const State state = before.shared.state == State::NONE ? before.agency.state : before.shared.state;
  return fail(Code::ILLEGAL_TRANSITION, effect.why, kind, {{"act", kind}, {"state", std::string(enum_text(state))}});
}

}  // namespace warifu::inquiry
