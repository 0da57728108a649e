#include "ledger/merkle.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/test_source.h"
#include "crypto/hash.h"
#include "json/parse.h"

namespace warifu::ledger {
namespace {

std::vector<Sha256> some_leaves(std::size_t n) {
  std::vector<Sha256> leaves;
  for (std::size_t i = 0; i < n; ++i) leaves.push_back(leaf_hash(bytes_of("entry " + std::to_string(i))));
  return leaves;
}

// The definition, written another way: combine from the right a stack of whole subtrees.
Sha256 root_by_stack(const std::vector<Sha256>& leaves) {
  std::vector<std::pair<std::size_t, Sha256>> stack;
  for (const Sha256& leaf : leaves) {
    stack.emplace_back(1, leaf);
    while (stack.size() >= 2 && stack[stack.size() - 2].first == stack.back().first) {
      const auto right = stack.back();
      stack.pop_back();
      stack.back() = {right.first * 2, node_hash(stack.back().second, right.second)};
    }
  }
  if (stack.empty()) return crypto::sha256(std::string_view());
  Sha256 hash = stack.back().second;
  for (auto it = stack.rbegin() + 1; it != stack.rend(); ++it) hash = node_hash(it->second, hash);
  return hash;
}

TEST_CASE("known answers of RFC 6962") {
  CHECK(tree_root({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(leaf_hash({}).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST_CASE("every leaf and every prefix of trees up to 40 leaves has a proof that holds, and no other") {
  for (std::size_t n = 0; n <= 40; ++n) {
    const auto leaves = some_leaves(n);
    const Sha256 root = tree_root(leaves);
    CHECK(root == root_by_stack(leaves));
    CHECK(!inclusion_proof(leaves, n));
    CHECK(!consistency_proof(leaves, n + 1));
    for (std::size_t i = 0; i < n; ++i) {
      const Proof proof = inclusion_proof(leaves, i).value();
      CHECK(verify_inclusion(leaves[i], i, n, root, proof));
      CHECK(!verify_inclusion(leaves[(i + 1) % n], i, n, root, proof) == (n > 1));
      for (std::size_t other = 0; other < n; ++other)
        if (other != i) CHECK(!verify_inclusion(leaves[i], other, n, root, proof));
    }
    for (std::size_t old = 1; old <= n; ++old) {
      const Sha256 old_root = tree_root(std::span(leaves).first(old));
      const Proof proof = consistency_proof(leaves, old).value();
      CHECK(verify_consistency(old, old_root, n, root, proof));
      if (old < n) CHECK(!verify_consistency(old, root, n, root, proof));
      if (old < n) CHECK(!verify_consistency(old, old_root, n, old_root, proof));
    }
  }
}

TEST_CASE("a changed, shortened or lengthened proof never holds") {
  const bool held = rc::check("", [] {
    const auto n = *rc::gen::inRange<std::size_t>(2, 300);
    const auto leaves = some_leaves(n);
    const Sha256 root = tree_root(leaves);
    const auto index = *rc::gen::inRange<std::size_t>(0, n);
    const auto old = *rc::gen::inRange<std::size_t>(1, n);
    const Sha256 old_root = tree_root(std::span(leaves).first(old));
    Proof inclusion = inclusion_proof(leaves, index).value();
    Proof consistency = consistency_proof(leaves, old).value();
    const auto bit = *rc::gen::inRange<std::size_t>(0, 256);
    const auto spoil = [&](Proof& proof) {
      switch (*rc::gen::inRange(0, 3)) {
        case 0: proof[*rc::gen::inRange<std::size_t>(0, proof.size())].bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8)); break;
        case 1: proof.pop_back(); break;
        default: proof.push_back(root); break;
      }
    };
    spoil(inclusion);
    spoil(consistency);
    RC_ASSERT(!verify_inclusion(leaves[index], index, n, root, inclusion));
    RC_ASSERT(!verify_consistency(old, old_root, n, root, consistency));
  });
  CHECK(held);
}

// ── vectors of transparency-dev/merkle ──

std::filesystem::path vectors() { return std::filesystem::path(warifu::testing::shared_data()) / "vectors" / "merkle"; }

// A hash in the vectors. Where bytes of another length stand for "any root", their digest stands for them; what is no base64 is nothing.
std::optional<Sha256> hash_of(const json::Value& value) {
  if (!value.is_string()) return std::nullopt;
  const auto raw = from_base64(json::view(value.as_string()));
  if (!raw || raw->empty()) return std::nullopt;
  if (raw->size() != 32) return crypto::sha256(*raw);
  Sha256 out;
  std::copy(raw->begin(), raw->end(), out.bytes.begin());
  return out;
}

std::optional<Proof> proof_of(const json::Value& value) {
  Proof out;
  if (value.is_null()) return out;
  for (const json::Value& entry : value.as_array()) {
    const auto hash = hash_of(entry);
    if (!hash) return std::nullopt;
    out.push_back(*hash);
  }
  return out;
}

// Whether the vector's proof is accepted; what cannot be read is refused.
using Judge = std::function<bool(const json::Object&, const Proof&)>;

std::uint64_t number_of(const json::Value& value) { return value.is_uint64() ? value.as_uint64() : static_cast<std::uint64_t>(value.as_int64()); }

int run_vectors(const std::string& kind, const Judge& judge) {
  int count = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(vectors() / kind)) {
    if (!file.is_regular_file()) continue;
    const auto text = read_file(file.path().string(), 1 << 20);
    REQUIRE(text);
    const auto parsed = json::parse(*text);
    if (!parsed) {  // a number that no tree of ours can have: the strict reader refuses it, as the vector demands
      CHECK(text->find("\"wantErr\": true") != std::string::npos);
      ++count;
      continue;
    }
    const json::Object& object = parsed->as_object();
    const auto proof = proof_of(object.at("proof"));
    const bool accepted = proof && judge(object, *proof);
    INFO(file.path().string());
    CHECK(accepted != object.at("wantErr").as_bool());
    ++count;
  }
  return count;
}

TEST_CASE("inclusion proofs of the public vectors") {
  if (!std::filesystem::exists(vectors())) {
    MESSAGE("skipped: data absent");
    return;
  }
  const int count = run_vectors("inclusion", [](const json::Object& v, const Proof& proof) {
    const auto leaf = hash_of(v.at("leafHash")), root = hash_of(v.at("root"));
    return leaf && root && verify_inclusion(*leaf, number_of(v.at("leafIdx")), number_of(v.at("treeSize")), *root, proof).has_value();
  });
  CHECK(count > 80);
}

TEST_CASE("consistency proofs of the public vectors") {
  if (!std::filesystem::exists(vectors())) {
    MESSAGE("skipped: data absent");
    return;
  }
  const int count = run_vectors("consistency", [](const json::Object& v, const Proof& proof) {
    const auto old_root = hash_of(v.at("root1")), new_root = hash_of(v.at("root2"));
    return old_root && new_root && verify_consistency(number_of(v.at("size1")), *old_root, number_of(v.at("size2")), *new_root, proof).has_value();
  });
  CHECK(count > 80);
}

}  // namespace
}  // namespace warifu::ledger
