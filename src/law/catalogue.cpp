#include "law/catalogue.h"

#include "base/file.h"
#include "base/limits.h"

namespace warifu::law {

namespace {

// Loading has placed exactly one entry per enumerator, in the order of the enumeration.
template <class T, NamedEnum E>
const T& entry(const std::vector<T>& list, E code) {
  const auto index = static_cast<std::size_t>(code);
  CHECK_THAT(index < list.size());
  return list[index];
}

}  // namespace

Result<Catalogue> Catalogue::load(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path.string(), limits::kLawBytesMax));
  return parse(text);
}

const InstrumentEntry& Catalogue::instrument(Instrument code) const { return entry(instruments_, code); }
const CategoryEntry& Catalogue::category(Category code) const { return entry(categories_, code); }
const Text& Catalogue::outcome_name(Outcome code) const { return entry(outcome_names_, code); }
const Text& Catalogue::lane_name(Lane code) const { return entry(lane_names_, code); }
const ReasonEntry& Catalogue::reason(ReasonCode code) const { return entry(reasons_, code); }
const FormEntry& Catalogue::form(FormKind code) const { return entry(forms_, code); }
const RecipientEntry& Catalogue::recipient(RecipientClass code) const { return entry(recipients_, code); }

const Rule& Catalogue::rule(Category category, Instrument instrument) const {
  const int index = cells_.at(static_cast<std::size_t>(category)).at(static_cast<std::size_t>(instrument));
  return index < 0 ? default_rule_ : rules_.at(static_cast<std::size_t>(index));
}

const Rule* Catalogue::find_rule(std::string_view id) const {
  for (const Rule& rule : rules_)
    if (rule.id == id) return &rule;
  for (const Rule* rule : {&default_rule_, &registration_address_, &sensitive_kind_, &not_in_force_, &foreign_direct_})
    if (rule->id == id) return rule;
  return nullptr;
}

}  // namespace warifu::law
