#include "inquiry/fold.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "base/limits.h"
#include "inquiry/apply.h"

namespace warifu::inquiry {

namespace {

struct Node {
  const FoldInput* input = nullptr;
  Facts facts;
  std::vector<std::size_t> parents;   // after: decides what was in sight
  std::vector<std::size_t> earlier;   // parents and basis: decides the order
  std::vector<std::size_t> children;  // of `earlier`
  std::size_t waiting = 0;
  bool is_held = false;
  std::size_t position = 0;     // among the shared acts, in order
  std::vector<bool> ancestors;  // by position
};

bool by_shared(const Node& node) { return rule_of(node.input->act.kind).is_shared; }

// Facts of purged bodies come from the purge receipt that destroyed them. The receipt carries them under the act's hash.
std::vector<Node> nodes_of(const std::vector<FoldInput>& acts) {
  std::vector<Node> nodes;
  nodes.reserve(acts.size());
  std::set<Sha256> seen;
  for (const FoldInput& input : acts) {
    if (!seen.insert(input.hash).second) continue;
    Node node;
    node.input = &input;
    if (input.facts) node.facts = *input.facts;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

// An act is held while a parent is missing, or while a parent is held itself; a shared act that names an internal one is never applied.
void link(std::vector<Node>& nodes) {
  std::unordered_map<Sha256, std::size_t> index;
  for (std::size_t i = 0; i < nodes.size(); ++i) index.emplace(nodes[i].input->hash, i);
  for (Node& node : nodes) {
    for (const Sha256& head : node.input->act.after) {
      const auto found = index.find(head);
      if (found == index.end()) {
        node.is_held = true;
        continue;
      }
      node.parents.push_back(found->second);
      node.earlier.push_back(found->second);
    }
    for (const Sha256& own : node.facts.basis)
      if (const auto found = index.find(own); found != index.end() && !by_shared(nodes[found->second])) node.earlier.push_back(found->second);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::ranges::sort(nodes[i].earlier);
    const auto [first, last] = std::ranges::unique(nodes[i].earlier);
    nodes[i].earlier.erase(first, last);
    for (const std::size_t parent : nodes[i].earlier) nodes[parent].children.push_back(i);
    nodes[i].waiting = nodes[i].earlier.size();
  }
}

// Kahn's order with ties by act id. A shared act waits for shared acts through `after`, and for internal ones only through its writer's
// basis; those exist on the writer's side alone, so the order among shared acts could differ between the sides if a basis could hold one
// back. Therefore the shared acts are ordered first, by themselves, and the internal acts are threaded in between.
std::vector<std::size_t> ordered(std::vector<Node>& nodes) {
  const auto by_id = [&](std::size_t a, std::size_t b) {
    const Act& left = nodes[a].input->act;
    const Act& right = nodes[b].input->act;
    return left.id != right.id ? left.id > right.id : nodes[a].input->hash > nodes[b].input->hash;
  };
  using Heap = std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(by_id)>;

  // 1. shared acts alone
  std::vector<std::size_t> shared_order;
  std::vector<std::size_t> waiting(nodes.size(), 0);
  Heap ready(by_id);
  std::vector<std::vector<std::size_t>> shared_children(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!by_shared(nodes[i]) || nodes[i].is_held) continue;
    for (const std::size_t parent : nodes[i].parents) {
      shared_children[parent].push_back(i);
      ++waiting[i];
    }
    if (waiting[i] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const std::size_t i = ready.top();
    ready.pop();
    shared_order.push_back(i);
    for (const std::size_t child : shared_children[i])
      if (--waiting[child] == 0) ready.push(child);
  }

  // 2. internal acts between them: each as soon as everything it names has been applied, but a shared act first pulls in its own basis.
  std::vector<std::size_t> order;
  std::vector<bool> placed(nodes.size(), false), blocked(nodes.size(), false);
  const auto place = [&](std::size_t i, const auto& self) -> bool {  // depth is bounded by the number of acts in a matter
    if (placed[i]) return true;
    if (blocked[i] || nodes[i].is_held) return false;
    blocked[i] = true;  // also guards against a forged cycle
    for (const std::size_t earlier : nodes[i].earlier) {
      if (by_shared(nodes[earlier]) && !placed[earlier]) {
        blocked[i] = false;
        return false;
      }
      if (!self(earlier, self)) {
        blocked[i] = false;
        return false;
      }
    }
    blocked[i] = false;
    placed[i] = true;
    order.push_back(i);
    return true;
  };
  std::vector<std::size_t> internal;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!by_shared(nodes[i])) internal.push_back(i);
  std::ranges::sort(internal, [&](std::size_t a, std::size_t b) { return by_id(b, a); });
  const auto place_internal = [&] {
    for (const std::size_t i : internal) place(i, place);
  };
  // Internal acts that name no shared act may stand before the first one; each round places what the last shared act made possible, except
  // that what was written after a later shared act of the same side cannot be placed yet (it names it).
  for (const std::size_t i : shared_order) {
    for (const std::size_t earlier : nodes[i].earlier)
      if (!by_shared(nodes[earlier])) place(earlier, place);
    if (!placed[i]) {
      placed[i] = true;
      order.push_back(i);
    }
  }
  place_internal();
  // Threading: stable order by the position after which an internal act became possible.
  std::vector<std::size_t> rank(nodes.size(), 0);
  std::vector<std::size_t> shared_rank(nodes.size(), 0);
  for (std::size_t k = 0; k < shared_order.size(); ++k) shared_rank[shared_order[k]] = k + 1;
  for (const std::size_t i : order) {
    if (by_shared(nodes[i])) {
      rank[i] = shared_rank[i];
      continue;
    }
    for (const std::size_t earlier : nodes[i].earlier) rank[i] = std::max(rank[i], rank[earlier]);
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (rank[a] != rank[b]) return rank[a] < rank[b];
    return by_shared(nodes[a]) && !by_shared(nodes[b]);  // the shared act that opens a rank stands first in it
  });
  return order;
}

// What each shared act had in sight, as far as shared acts go; internal acts never decide a conflict.
void fill_ancestors(std::vector<Node>& nodes, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> position(nodes.size(), 0);
  std::size_t count = 0;
  for (const std::size_t i : order)
    if (by_shared(nodes[i])) position[i] = count++;
  for (const std::size_t i : order) {
    if (!by_shared(nodes[i])) continue;
    nodes[i].position = position[i];
    nodes[i].ancestors.assign(count, false);
    for (const std::size_t parent : nodes[i].parents) {
      nodes[i].ancestors[position[parent]] = true;
      for (std::size_t k = 0; k < count; ++k)
        if (nodes[parent].ancestors[k]) nodes[i].ancestors[k] = true;
    }
  }
}

void fill_heads(MatterState& state, const std::vector<Node>& nodes, const std::vector<std::size_t>& order) {
  std::vector<bool> named(nodes.size(), false), named_by_shared(nodes.size(), false), under(nodes.size(), false);
  for (const std::size_t i : order) {
    for (const std::size_t parent : nodes[i].parents) {
      named[parent] = true;
      if (by_shared(nodes[i])) named_by_shared[parent] = true;
    }
    for (const std::size_t earlier : nodes[i].earlier)
      if (!by_shared(nodes[earlier])) under[earlier] = true;
  }
  for (const std::size_t i : order) {
    const Sha256& hash = nodes[i].input->hash;
    if (!named[i] && !under[i]) state.heads.push_back(hash);
    if (by_shared(nodes[i]) && !named_by_shared[i]) state.shared_heads.push_back(hash);
    if (!by_shared(nodes[i]) && !under[i]) state.internal_heads.push_back(hash);
  }
  std::ranges::sort(state.heads);
  std::ranges::sort(state.shared_heads);
  std::ranges::sort(state.internal_heads);
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
  std::map<Sha256, Facts> residue;
  for (const SignedAct& act : acts) {
    inputs.push_back(fold_input(act));
    if (act.act.kind != Kind::PURGED || !act.body) continue;
    const Result<json::Value> body = json::parse(*act.body);
    const json::Value* entries = body && body->is_object() ? body->get_object().if_contains("residue") : nullptr;
    if (entries == nullptr || !entries->is_object()) continue;
    for (const auto& [key, value] : entries->get_object()) {
      const Result<Sha256> hash = Sha256::parse(key);
      Result<Facts> facts = json::decode<Facts>(value);
      if (hash && facts) residue.emplace(*hash, std::move(*facts));
    }
  }
  for (FoldInput& input : inputs)
    if (!input.facts)
      if (const auto found = residue.find(input.hash); found != residue.end()) input.facts = found->second;
  return inputs;
}

MatterState fold(const std::vector<SignedAct>& acts) { return fold(fold_inputs(acts)); }

MatterState fold(const std::vector<FoldInput>& acts) {
  MatterState state;
  std::vector<Node> nodes = nodes_of(acts);
  link(nodes);
  const std::vector<std::size_t> order = ordered(nodes);
  fill_ancestors(nodes, order);
  std::unordered_map<Sha256, std::size_t> index;
  for (std::size_t i = 0; i < nodes.size(); ++i) index.emplace(nodes[i].input->hash, i);
  for (const std::size_t i : order) {
    const InSight in_sight = [&](const Sha256& hash) {
      const auto found = index.find(hash);
      if (found == index.end() || !by_shared(nodes[found->second]) || nodes[i].ancestors.empty()) return false;
      return static_cast<bool>(nodes[i].ancestors[nodes[found->second].position]);
    };
    const Sha256& hash = nodes[i].input->hash;
    EffectOf effect = apply(state, *nodes[i].input, nodes[i].facts, in_sight);
    state.effects.emplace(hash, std::move(effect));
    state.order.push_back(hash);
  }
  for (const Node& node : nodes)
    if (!state.effects.contains(node.input->hash)) state.effects.emplace(node.input->hash, EffectOf{Effect::HELD, "an act it follows is not here"});
  fill_heads(state, nodes, order);
  return state;
}

Status check_legal(const std::vector<FoldInput>& acts, const FoldInput& next) {
  if (acts.size() >= limits::kActsPerMatterMax) return fail(Code::TOO_MANY, "the matter holds as many acts as it may");
  const MatterState before = fold(acts);
  if (std::optional<Error> objection = own_objection(before, next, next.facts.value_or(Facts{}))) return tl::unexpected<Error>(std::move(*objection));
  std::vector<FoldInput> all = acts;
  all.push_back(next);
  const MatterState after = fold(all);
  const EffectOf& effect = after.effects.at(next.hash);
  switch (effect.effect) {
    case Effect::APPLIED: return {};
    case Effect::HELD: return fail(Code::PARENT_MISSING, effect.why);
    case Effect::ILLEGAL:
    case Effect::LATE:
    case Effect::OVERRIDDEN: break;
  }
  return fail(Code::ILLEGAL_TRANSITION, effect.why, {}, {{"act", std::string(enum_text(next.act.kind))}, {"state", std::string(enum_text(after.shared.state))}});
}

}  // namespace warifu::inquiry
