#include "desk/office.h"

#include <algorithm>

#include "answer/file_types.h"
#include "desk/impl.h"

namespace warifu::desk {

namespace {

constexpr Duration kBooksAgeMax = seconds(2);

template <class T>
Result<std::vector<T>> read_book(const Store& store, std::string_view book) {
  std::vector<T> out;
  for (const BookEntry& entry : TRY(store.book(book))) out.push_back(TRY(json::decode_text<T>(entry.value)));
  return out;
}

}  // namespace

Office::Office(OfficeParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {
  CHECK_THAT(impl_->parts.store && impl_->parts.directory && impl_->parts.law && impl_->parts.signer);
}
Office::~Office() = default;

const party::Organisation& Office::self() const { return impl_->parts.self; }
Store& Office::store() const { return *impl_->parts.store; }
const Directory& Office::directory() const { return *impl_->parts.directory; }
const law::Catalogue& Office::law() const { return *impl_->parts.law; }
Time Office::now() const { return impl_->now(); }

Result<std::shared_ptr<const Office::Impl::Books>> Office::Impl::books() const {
  const std::scoped_lock lock(books_mutex);
  if (books_cache && now() - books_cache->read < kBooksAgeMax) return books_cache;
  auto fresh = std::make_shared<Books>();
  fresh->read = now();
  fresh->people = TRY(read_book<party::Person>(*parts.store, "person"));
  for (std::size_t i = 0; i < fresh->people.size(); ++i) fresh->place_of.emplace(fresh->people[i].id, i);
  fresh->units = TRY(read_book<party::Unit>(*parts.store, "unit"));
  fresh->delegations = TRY(read_book<party::Delegation>(*parts.store, "delegation"));
  books_cache = std::move(fresh);
  return books_cache;
}

const party::Person* Office::Impl::Books::person(const PersonId& id) const {
  const auto place = place_of.find(id);
  return place == place_of.end() ? nullptr : &people[place->second];
}

void Office::Impl::forget_books() const {
  const std::scoped_lock lock(books_mutex);
  books_cache.reset();
}

Result<std::vector<party::Person>> Office::Impl::people() const { return TRY(books())->people; }
Result<std::vector<party::Delegation>> Office::Impl::delegations() const { return TRY(books())->delegations; }

Result<std::optional<party::Person>> Office::Impl::person(const PersonId& id) const {
  const auto all = TRY(books());
  const party::Person* found = all->person(id);
  return found == nullptr ? std::optional<party::Person>{} : std::optional<party::Person>(*found);
}

Result<std::optional<party::Unit>> Office::Impl::unit(const UnitId& id) const {
  const auto all = TRY(books());
  const auto found = std::ranges::find(all->units, id, &party::Unit::id);
  if (found == all->units.end()) return std::optional<party::Unit>{};
  return std::optional<party::Unit>(*found);
}

Result<std::optional<party::Case>> Office::Impl::case_of(const CaseId& id) const {
  const std::optional<BookEntry> entry = TRY(parts.store->book_entry("case", MatterId{id.bytes}));
  if (!entry) return std::optional<party::Case>{};
  return std::optional<party::Case>(TRY(json::decode_text<party::Case>(entry->value)));
}

Result<law::HouseRules> Office::Impl::house_rules() const {
  std::vector<law::HouseRule> rules;
  for (const BookEntry& entry : TRY(parts.store->book("house_rules"))) {
    const HouseRulesCommand command = TRY(json::decode_text<HouseRulesCommand>(entry.value));
    for (const HouseRuleInput& rule : command.rules) rules.push_back({rule.instrument, rule.category, rule.outcome, rule.ja, rule.en});
  }
  return law::HouseRules::create(*parts.law, std::move(rules));
}

Result<party::Person> Office::Impl::person_of(const Caller& caller) const {
  std::optional<party::Person> found = TRY(person(caller.person));
  if (!found || !found->is_active) return fail(Code::FORBIDDEN, "not a member of this office");
  if (!found->has(caller.role))
    return fail(Code::ROLE_MISSING, "the person does not hold this role", {}, {{"role", std::string(enum_text(caller.role))}});
  return std::move(*found);
}

Status Office::Impl::may_see(const Caller& caller, const party::Person& person, const Loaded& loaded) const {
  // Whoever may not see a matter is told that there is none.
  const auto hidden = [] { return fail(Code::NOT_FOUND, "no such matter for this person"); };
  if (loaded.acts.empty()) return {};
  if (!inquiry::is_inquiry_kind(loaded.acts.front().act.kind)) return hidden();
  const inquiry::Agency& agency = loaded.state.agency;
  switch (caller.role) {
    case party::Role::AUDITOR: return {};
    case party::Role::ADMIN:
    case party::Role::NODE: return hidden();
    case party::Role::INVESTIGATOR:
      if (agency.drafter == person.id || agency.in_charge == person.id) return {};
      return person.unit && person.unit == agency.unit ? Status{} : hidden();
    case party::Role::SUPERVISOR: return person.unit && person.unit == agency.unit ? Status{} : hidden();
    case party::Role::APPROVER: {
      if (person.unit && person.unit == agency.unit) return {};
      for (const party::Delegation& delegation : TRY(delegations()))
        if (delegation.delegate == person.id && delegation.unit == agency.unit && delegation.covers(now())) return {};
      return hidden();
    }
    case party::Role::REGISTRAR: {
      // The registrar keeps the registers of an office; the units that use it are the registrar's units.
      if (!person.unit || !agency.unit) return hidden();
      if (person.unit == agency.unit) return {};
      const std::optional<party::Unit> unit_of_matter = TRY(unit(*agency.unit));
      return unit_of_matter && unit_of_matter->register_office == person.unit ? Status{} : hidden();
    }
    case party::Role::INTAKE:
    case party::Role::LEGAL:
    case party::Role::RELEASER: return {};
    case party::Role::OPERATOR:
      return std::ranges::find(loaded.state.provider.assigned, person.id) != loaded.state.provider.assigned.end() ? Status{} : hidden();
  }
  return hidden();
}

Result<std::vector<party::Person>> Office::people() const { return impl_->people(); }
Result<std::optional<party::Person>> Office::person(const PersonId& id) const { return impl_->person(id); }
Result<std::vector<party::Unit>> Office::units() const { return TRY(impl_->books())->units; }
Result<std::vector<party::Delegation>> Office::delegations() const { return impl_->delegations(); }
Result<law::HouseRules> Office::house_rules() const { return impl_->house_rules(); }

FileLimits Office::file_limits() const {
  const std::uint64_t max = impl_->parts.file_bytes_max;
  FileLimits out{{}, static_cast<std::int64_t>(max), static_cast<std::int64_t>(limits::kFileBytesCeiling)};
  for (const answer::FileType& type : answer::allowed_file_types())
    out.types.push_back({std::string(type.media_type), std::string(type.extension), static_cast<std::int64_t>(answer::bytes_max_of(type, max))});
  return out;
}

std::vector<SourceView> Office::sources() const {
  std::vector<SourceView> out;
  for (const auto& source : impl_->parts.sources) {
    const answer::SourceInfo& info = source->info();
    SourceView view{info.name, info.title_ja, info.title_en, std::string(enum_text(info.kind)), {}};
    for (const answer::SourceQuery& query : info.queries) {
      const std::string type(enum_text(query.selector));
      if (std::ranges::find(view.selectors, type) == view.selectors.end()) view.selectors.push_back(type);
    }
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace warifu::desk
