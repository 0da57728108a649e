#pragma once
// The hash tree of RFC 6962 / RFC 9162 section 2.1 (SHA-256): leaf = H(0x00 ‖ entry), node = H(0x01 ‖ left ‖ right), the empty tree
// H(""), split at the largest power of two below the size. Pure functions over leaf hashes; a proof that is too short, too long or does
// not lead to the root is EVIDENCE_INVALID.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::ledger {

using Proof = std::vector<Sha256>;

[[nodiscard]] Sha256 leaf_hash(ByteView entry);
[[nodiscard]] Sha256 node_hash(const Sha256& left, const Sha256& right);
[[nodiscard]] Sha256 tree_root(std::span<const Sha256> leaves);

// Audit path of leaf `index`; OUT_OF_RANGE when there is no such leaf.
[[nodiscard]] Result<Proof> inclusion_proof(std::span<const Sha256> leaves, std::size_t index);
[[nodiscard]] Status verify_inclusion(const Sha256& leaf, std::uint64_t index, std::uint64_t size, const Sha256& root, std::span<const Sha256> proof);

// That the tree of all leaves goes on from that of the first `old_size`. Empty for an old size of 0 or the whole; OUT_OF_RANGE beyond it.
[[nodiscard]] Result<Proof> consistency_proof(std::span<const Sha256> leaves, std::size_t old_size);
// An empty old tree is a prefix of every tree: there is nothing to prove, so that a proof from it to a larger one is refused.
[[nodiscard]] Status verify_consistency(std::uint64_t old_size, const Sha256& old_root, std::uint64_t new_size, const Sha256& new_root,
                                        std::span<const Sha256> proof);

}  // namespace warifu::ledger
