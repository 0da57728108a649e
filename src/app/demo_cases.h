#pragma once
// The cases that the demo plays: what the councils spoke of, with invented people. The same every time. Internal to the demo.

#include <functional>

#include "app/demo_stage.h"
#include "crypto/hash.h"

namespace warifu::app {

// Ids follow from names, so that the scenario is the same every time.
template <class AnyId>
[[nodiscard]] AnyId demo_id(std::string_view kind, std::string_view org, std::string_view key) {
  const std::string text = "warifu-demo\n" + std::string(kind) + "\n" + std::string(org) + "\n" + std::string(key);
  const Sha256 digest = crypto::sha256(text);
  AnyId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

[[nodiscard]] desk::DraftItem demo_item(text::SelectorInput selector, std::vector<law::Category> categories, std::string purpose,
                                        std::string necessity);
[[nodiscard]] text::SelectorInput demo_selector(text::SelectorType type, std::string value, std::optional<std::string> service = std::nullopt);
[[nodiscard]] desk::DraftCommand demo_draft(std::string_view org, std::string_view case_key, std::string_view to, std::vector<desk::DraftItem> items);

struct DemoCases {
  Stage& stage;
  StageClock& clock;
  Date first_day;
  std::function<void(std::string_view org, std::string_view slug, const MatterId& matter, inquiry::State expected)> played;

  Status play() const;
};

}  // namespace warifu::app
