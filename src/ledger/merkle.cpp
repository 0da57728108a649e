#include "ledger/merkle.h"

#include <bit>

#include "crypto/hash.h"

namespace warifu::ledger {

namespace {

constexpr std::uint8_t kLeafPrefix = 0, kNodePrefix = 1;

tl::unexpected<Error> wrong(const char* why) { return fail(Code::EVIDENCE_INVALID, why, "proof"); }

// Leaves of the left subtree: the largest power of two below n (n > 1).
std::size_t split(std::size_t n) { return std::bit_floor(n - 1); }

void add_path(std::span<const Sha256> leaves, std::size_t index, Proof& proof) {  // RFC 9162 section 2.1.3.1
  if (leaves.size() <= 1) return;
  const std::size_t left = split(leaves.size());
  if (index < left) {
    add_path(leaves.first(left), index, proof);
    proof.push_back(tree_root(leaves.subspan(left)));
  } else {
    add_path(leaves.subspan(left), index - left, proof);
    proof.push_back(tree_root(leaves.first(left)));
  }
}

// RFC 9162 section 2.1.4.1: SUBPROOF. `is_known`: the old tree is this whole subtree, whose root the verifier has.
void add_subproof(std::span<const Sha256> leaves, std::size_t old_size, bool is_known, Proof& proof) {
  if (old_size == leaves.size()) {
    if (!is_known) proof.push_back(tree_root(leaves));
    return;
  }
  const std::size_t left = split(leaves.size());
  if (old_size <= left) {
    add_subproof(leaves.first(left), old_size, is_known, proof);
    proof.push_back(tree_root(leaves.subspan(left)));
  } else {
    add_subproof(leaves.subspan(left), old_size - left, false, proof);
    proof.push_back(tree_root(leaves.first(left)));
  }
}

}  // namespace

Sha256 leaf_hash(ByteView entry) { return crypto::Sha256Stream().update(ByteView(&kLeafPrefix, 1)).update(entry).finish(); }

Sha256 node_hash(const Sha256& left, const Sha256& right) {
  return crypto::Sha256Stream().update(ByteView(&kNodePrefix, 1)).update(ByteView(left.bytes)).update(ByteView(right.bytes)).finish();
}

Sha256 tree_root(std::span<const Sha256> leaves) {
  if (leaves.empty()) return crypto::sha256(std::string_view());
  if (leaves.size() == 1) return leaves.front();
  const std::size_t left = split(leaves.size());
  return node_hash(tree_root(leaves.first(left)), tree_root(leaves.subspan(left)));
}

Result<Proof> inclusion_proof(std::span<const Sha256> leaves, std::size_t index) {
  if (index >= leaves.size()) return fail(Code::OUT_OF_RANGE, "no such leaf", "index");
  Proof proof;
  add_path(leaves, index, proof);
  return proof;
}

Status verify_inclusion(const Sha256& leaf, std::uint64_t index, std::uint64_t size, const Sha256& root, std::span<const Sha256> proof) {
  if (index >= size) return wrong("the leaf is not in a tree of this size");
  std::uint64_t place = index, last = size - 1;  // fn and sn of RFC 9162 section 2.1.3.2
  Sha256 hash = leaf;
  for (const Sha256& sibling : proof) {
    if (last == 0) return wrong("the proof is too long");
    if ((place & 1) != 0 || place == last) {
      hash = node_hash(sibling, hash);
      while ((place & 1) == 0 && place != 0) {  // levels at which this node has no sibling
        place >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    place >>= 1;
    last >>= 1;
  }
  if (last != 0) return wrong("the proof is too short");
  if (hash != root) return wrong("the proof does not lead to the root");
  return {};
}

Result<Proof> consistency_proof(std::span<const Sha256> leaves, std::size_t old_size) {
  if (old_size > leaves.size()) return fail(Code::OUT_OF_RANGE, "the old tree is larger than the new one", "old_size");
  Proof proof;
  if (old_size > 0) add_subproof(leaves, old_size, true, proof);
  return proof;
}

Status verify_consistency(std::uint64_t old_size, const Sha256& old_root, std::uint64_t new_size, const Sha256& new_root,
                          std::span<const Sha256> proof) {
  if (old_size > new_size) return wrong("the old tree is larger than the new one");
  if (old_size == new_size) {
    if (!proof.empty()) return wrong("the proof is too long");
    if (old_root != new_root) return wrong("two roots for one size");
    return old_size == 0 && old_root != tree_root({}) ? Status(wrong("not the root of the empty tree")) : Status();
  }
  if (old_size == 0) return wrong("nothing can be proven from the empty tree");
  // RFC 9162 section 2.1.4.2; an old tree that is a whole subtree begins with its own root.
  std::size_t next = 0;
  Sha256 old_hash = old_root;
  if (!std::has_single_bit(old_size)) {
    if (proof.empty()) return wrong("the proof is too short");
    old_hash = proof[next++];
  }
  Sha256 new_hash = old_hash;
  std::uint64_t place = old_size - 1, last = new_size - 1;
  while ((place & 1) != 0) {
    place >>= 1;
    last >>= 1;
  }
  for (; next < proof.size(); ++next) {
    if (last == 0) return wrong("the proof is too long");
    if ((place & 1) != 0 || place == last) {
      old_hash = node_hash(proof[next], old_hash);
      new_hash = node_hash(proof[next], new_hash);
      while ((place & 1) == 0 && place != 0) {
        place >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, proof[next]);
    }
    place >>= 1;
    last >>= 1;
  }
  if (last != 0) return wrong("the proof is too short");
  if (old_hash != old_root) return wrong("the proof does not lead to the old root");
  if (new_hash != new_root) return wrong("the proof does not lead to the new root");
  return {};
}

}  // namespace warifu::ledger
