#include "inquiry/projection.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "inquiry/bodies.h"
#include "inquiry/projection_step.h"
#include "text/unicode.h"

namespace warifu::inquiry {

namespace {

using party::Role;
using party::Side;

// What is still readable of a matter: the text it stands for now, all texts that left the agency, and the agency's own notes on the case.
// Only these bodies are read again; everything else comes from the fold.
struct Texts {
  std::optional<InquiryText> current;
  std::vector<InquiryText> others;  // versions before the current one, and the one in the making
  std::optional<Internal> internal;
};

class Reader {
 public:
  explicit Reader(const std::vector<SignedAct>& acts) {
    by_hash_.reserve(acts.size());
    for (const SignedAct& act : acts) by_hash_.emplace(act.hash, &act);
  }

  [[nodiscard]] const SignedAct* find(const Sha256& hash) const {
    const auto found = by_hash_.find(hash);
    return found == by_hash_.end() ? nullptr : found->second;
  }

  // Total: a body that is gone, or of a shape of another time, is simply not searched in.
  template <class Body>
  [[nodiscard]] std::optional<Body> read(const Sha256& hash) const {
    const SignedAct* act = find(hash);
    if (act == nullptr || !act->body) return std::nullopt;
    Result<Body> body = json::decode_text<Body>(*act->body);
    if (!body) return std::nullopt;
    return std::move(*body);
  }

 private:
  std::unordered_map<Sha256, const SignedAct*> by_hash_;
};

// The newest draft that took effect: the one in the making, or the last one of a matter that was voided.
const SignedAct* last_draft(const Reader& reader, const MatterState& state) {
  for (auto hash = state.order.rbegin(); hash != state.order.rend(); ++hash) {
    const SignedAct* act = reader.find(*hash);
    if (act != nullptr && act->act.kind == Kind::DRAFTED && state.effects.at(*hash).effect == Effect::APPLIED) return act;
  }
  return nullptr;
}

bool is_purged(Side side, const MatterState& state) {
  return side == Side::AGENCY ? state.shared.purged_by_agency.has_value() : state.shared.purged_by_provider.has_value();
}

TextSources sources_of(const Reader& reader, Side side, const MatterState& state) {
  TextSources from;
  from.is_purged = is_purged(side, state);
  for (const Dispatch& dispatch : state.shared.dispatches) from.dispatched.emplace_back(dispatch.approval, dispatch.number);
  if (side != Side::AGENCY) return from;
  from.numbers = state.agency.numbers;
  from.has_working = state.agency.working.has_value();
  if (const SignedAct* draft = last_draft(reader, state)) from.draft = draft->hash;
  if (state.agency.oral) from.oral = state.agency.oral->act;
  return from;
}

// Whatever it looks at besides bodies stands in the sources.
Texts texts_of(const Reader& reader, Side side, const TextSources& from) {
  Texts texts;
  if (from.is_purged) return texts;  // also while the bodies still lie there: nothing of them is shown or found any more
  for (const auto& dispatch : from.dispatched) {
    std::optional<ApprovedBody> approved = reader.read<ApprovedBody>(dispatch.first);
    if (!approved) continue;
    if (&dispatch == &from.dispatched.back())
      texts.current = std::move(approved->text);
    else
      texts.others.push_back(std::move(approved->text));
  }
  if (side != Side::AGENCY) return texts;
  if (from.draft) {
    if (std::optional<DraftedBody> body = reader.read<DraftedBody>(*from.draft)) {
      texts.internal = std::move(body->internal);
      if (from.dispatched.empty())
        texts.current = std::move(body->text);
      else if (from.has_working)
        texts.others.push_back(std::move(body->text));
    }
  } else if (from.oral) {
    if (std::optional<OralBody> body = reader.read<OralBody>(*from.oral)) texts.internal = std::move(body->internal);
  }
  return texts;
}

bool is_all_retrieved(const Shared& shared) {
  return std::ranges::all_of(shared.releases, [](const Release& release) { return release.overridden || release.retrieved.has_value(); });
}

// The provider still owes something of the version it was sent.
bool is_waiting(const Shared& shared) {
  switch (shared.state) {
    case State::DISPATCHED:
    case State::DELIVERED:
    case State::ACCEPTED:
    case State::IN_PROGRESS: return true;
    case State::PARTLY_ANSWERED: return !shared.is_complete();
    case State::NONE:
    case State::ORAL:
    case State::DRAFT:
    case State::CHECKED:
    case State::APPROVED:
    case State::REGISTERED:
    case State::RETURNED:
    case State::ANSWERED:
    case State::NONE_HELD:
    case State::REFUSED:
    case State::NEEDS_WARRANT:
    case State::NARROWING_PROPOSED:
    case State::CLOSED:
    case State::RETAINED:
    case State::PURGED:
    case State::WITHDRAWN:
    case State::VOIDED: return false;
  }
  return false;
}

bool is_open(Side side, const MatterState& state) {
  const Shared& shared = state.shared;
  if (side == Side::AGENCY) {
    const Agency& agency = state.agency;
    return !agency.closed && !agency.retained && !agency.purged && !agency.voided;
  }
  const ProviderState at = state.provider.state;
  if (shared.withdrawn || shared.purged_by_provider) return false;
  if (at == ProviderState::RETURNED || at == ProviderState::WITHDRAWN || at == ProviderState::ERASED) return false;
  const bool is_answered = (at == ProviderState::RELEASED || at == ProviderState::RETRIEVED) && shared.is_complete() && is_all_retrieved(shared);
  return !is_answered;
}

struct Next {
  Turn turn = Turn::NONE;
  std::optional<Role> role;
  std::vector<PersonId> persons;
};

Next agency_turn(const MatterState& state) {
  const Shared& shared = state.shared;
  const Agency& agency = state.agency;
  const auto in_charge = [&](Turn turn) {
    Next next{turn, Role::INVESTIGATOR, {}};
    if (agency.in_charge) next.persons.push_back(*agency.in_charge);
    return next;
  };
  if (agency.working) {
    switch (agency.working->stage) {
      case State::CHECKED: return {Turn::APPROVE, Role::APPROVER, {}};
      case State::APPROVED: return {Turn::NUMBER, Role::REGISTRAR, {}};
      case State::REGISTERED: return {Turn::DISPATCH, Role::REGISTRAR, {}};
      default: break;  // DRAFT: a working version has no other stages
    }
    if (agency.working->ready) return {Turn::CHECK, Role::SUPERVISOR, {}};
    return in_charge(Turn::DRAFT);
  }
  if (shared.dispatches.empty()) return agency.oral ? in_charge(Turn::DRAFT) : Next{};
  if (!is_all_retrieved(shared)) return in_charge(Turn::RECEIVE);
  if (shared.withdrawn) return in_charge(Turn::CLOSE);
  if (shared.state == State::RETURNED || shared.state == State::NARROWING_PROPOSED) return in_charge(Turn::DECIDE);
  if (shared.is_complete()) return in_charge(Turn::CLOSE);
  return {};
}

Next provider_turn(const MatterState& state) {
  const Shared& shared = state.shared;
  const Provider& provider = state.provider;
  switch (provider.state) {
    case ProviderState::SUSPECT: return {Turn::SUSPECT, Role::INTAKE, {}};
    case ProviderState::VERIFIED: return {Turn::TRIAGE, Role::INTAKE, {}};
    case ProviderState::LEGAL_REVIEW: return {Turn::LEGAL, Role::LEGAL, {}};
    case ProviderState::TRIAGED: {
      const bool is_accepted = shared.current() != nullptr && shared.current()->accepted.has_value();
      return {is_accepted ? Turn::ASSIGN : Turn::ACCEPT, Role::INTAKE, {}};
    }
    case ProviderState::ASSIGNED: return {Turn::ANSWER, Role::OPERATOR, provider.assigned};
    case ProviderState::COLLECTED: return {Turn::SECOND_CHECK, Role::RELEASER, {}};
    case ProviderState::CHECKED: return {Turn::RELEASE, Role::RELEASER, {}};
    case ProviderState::RELEASED:
    case ProviderState::RETRIEVED:
      // A pending proposal is the agency's turn.
      if (shared.state == State::NARROWING_PROPOSED || shared.is_complete()) return {};
      return {Turn::ANSWER, Role::OPERATOR, provider.assigned};
    case ProviderState::NONE:
    case ProviderState::RECEIVED:
    case ProviderState::ERASED:
    case ProviderState::RETURNED:
    case ProviderState::WITHDRAWN: return {};
  }
  return {};
}

void fill_times(MatterRow& row, const std::vector<SignedAct>& acts, const MatterState& state) {
  bool is_first = true;
  for (const SignedAct& act : acts) {
    const Time at = act.act.at;
    row.created = is_first ? at : std::min(row.created, at);
    if (is_first) row.updated = at;
    if (act.act.kind != Kind::VIEWED) row.updated = std::max(row.updated, at);
    is_first = false;
  }
  if (!state.shared.dispatches.empty()) {
    const Dispatch& first = state.shared.dispatches.front();
    row.dispatched = first.mark.at;
    if (first.received) row.delivered = first.received->at;
    for (const Dispatch& dispatch : state.shared.dispatches)
      if (dispatch.accepted && !row.accepted) row.accepted = dispatch.accepted->at;
    if (const auto approval = state.shared.approvals.find(first.approval); approval != state.shared.approvals.end()) {
      row.approved = approval->second.mark.at;
      row.approver = approval->second.mark.person;
    }
  } else if (const std::optional<Working>& working = state.agency.working; working && working->approved) {
    row.approved = working->approved->at;
    row.approver = working->approved->person;
  }
  const std::optional<Mark>& purged = row.side == Side::AGENCY ? state.shared.purged_by_agency : state.shared.purged_by_provider;
  if (purged) row.purged = purged->at;
  for (const Release& release : state.shared.releases) {
    row.minutes += release.minutes;
    row.yen += release.yen;
    if (!release.overridden) row.answered = row.answered ? std::max(*row.answered, release.mark.at) : release.mark.at;
  }
  if (state.agency.closed)
    row.closed = state.agency.closed->at;
  else if (state.agency.voided)
    row.closed = state.agency.voided->at;
}

// The matter keeps its first number (an amendment has a serial of its own, and the same matter).
void fill_number(MatterRow& row, const MatterState& state) {
  if (!state.shared.dispatches.empty())
    row.numbering = state.shared.dispatches.front().number;
  else if (state.agency.working)
    row.numbering = state.agency.working->number;
  if (row.numbering) row.number = row.numbering->document_number;
}

void fill_due(MatterRow& row, Side side, const MatterState& state, const Reader& reader) {
  const Dispatch* current = state.shared.current();
  row.due = current != nullptr ? current->due : state.agency.due;
  row.urgency = current != nullptr ? current->urgency : state.agency.urgency;
  if (side == Side::AGENCY && row.state == State::RETAINED && state.agency.retained) {
    if (const std::optional<RetainedBody> kept = reader.read<RetainedBody>(state.agency.retained->act))
      row.due_at = tokyo_midnight(kept->until.plus_days(1));
  }
  if (!row.is_open) return;
  if (current != nullptr && row.due && is_waiting(state.shared)) row.due_at = tokyo_midnight(row.due->plus_days(1));
  // An oral inquiry must be followed by its instrument in time (domain rule 4 of approval); that instant is the end of its last day.
  if (current == nullptr && side == Side::AGENCY && state.agency.oral && !state.agency.working) {
    row.due_at = state.agency.oral_follow_by;
    if (row.due_at) row.due = tokyo_date(Time{row.due_at->us - 1});
  }
}

std::vector<law::Category> categories_of(const auto& items) {
  std::set<law::Category> categories;
  for (const auto& item : items) categories.insert(item.categories.begin(), item.categories.end());
  return {categories.begin(), categories.end()};
}

void fill_items(MatterRow& row, const TextsRead& texts, const MatterState& state) {
  row.subject = texts.subject;
  if (const Dispatch* current = state.shared.current()) {
    row.version = current->version;
    row.items = static_cast<int>(current->items.size());
    row.categories = categories_of(current->items);
  } else {
    row.items = texts.items;
    row.categories = texts.categories;
  }
}

void sort_unique(std::vector<std::string>& words) {
  std::ranges::sort(words);
  const auto [first, last] = std::ranges::unique(words);
  words.erase(first, last);
  if (!words.empty() && words.front().empty()) words.erase(words.begin());
}

void add_numbering(std::vector<std::string>& words, const Numbering& number) {
  words.push_back(text::search_fold(number.document_number));
  std::string serial = std::to_string(number.serial);
  words.push_back(serial);
  if (serial.size() < 5) words.push_back(std::string(5 - serial.size(), '0') + serial);  // as printed on the form
}

void add_text(SearchTerms& terms, const InquiryText& text) {
  const auto word = [&](std::string_view raw) {
    if (!raw.empty()) terms.words.push_back(text::search_fold(raw));
  };
  word(text.addressee);
  word(text.sender.office);
  word(text.officer.name);
  std::set<std::string_view> purposes;  // hundreds of items often share one
  for (const Item& item : text.items) {
    terms.selectors.push_back(std::string(enum_text(item.selector.input.type)) + ":" + item.selector.canonical);
    terms.selectors.push_back(item.selector.canonical);
    word(item.selector.display);
    if (purposes.insert(item.purpose).second) word(item.purpose);
  }
}

SearchTerms terms_of(const Texts& texts, const TextSources& from) {
  SearchTerms terms;
  if (from.is_purged) return terms;
  for (const auto& [approval, number] : from.dispatched) add_numbering(terms.words, number);
  for (const Numbering& number : from.numbers) add_numbering(terms.words, number);
  if (texts.current) add_text(terms, *texts.current);
  for (const InquiryText& text : texts.others) add_text(terms, text);
  if (texts.internal) {
    terms.words.push_back(text::search_fold(texts.internal->case_number));
    terms.words.push_back(text::search_fold(texts.internal->case_title));
  }
  sort_unique(terms.selectors);
  sort_unique(terms.words);
  return terms;
}

TextsRead read_texts(const Reader& reader, Side side, TextSources from) {
  const Texts texts = texts_of(reader, side, from);
  TextsRead out;
  if (texts.internal) out.case_number = texts.internal->case_number;
  if (texts.current && !texts.current->items.empty()) {
    out.items = static_cast<int>(texts.current->items.size());
    out.categories = categories_of(texts.current->items);
    out.subject = texts.current->items.front().selector.masked;
    if (out.items > 1) out.subject += " +" + std::to_string(out.items - 1);
  }
  out.terms = terms_of(texts, from);
  out.from = std::move(from);
  return out;
}

party::OrganisationId counterparty_of(const party::OrganisationId& self, Side side, const std::vector<SignedAct>& acts, const MatterState& state) {
  if (side == Side::AGENCY) {
    if (const Dispatch* current = state.shared.current()) return current->to;
    return state.agency.to.value_or(party::OrganisationId());
  }
  const auto other = std::ranges::find_if(acts, [&](const SignedAct& act) { return act.act.org != self; });
  return other == acts.end() ? party::OrganisationId() : other->act.org;
}

}  // namespace

Projection project(const party::OrganisationId& self, Side side, const std::vector<SignedAct>& acts, const MatterState& state) {
  std::optional<TextsRead> none;
  return project(self, side, acts, state, none);
}

Projection project(const party::OrganisationId& self, Side side, const std::vector<SignedAct>& acts, const MatterState& state,
                   std::optional<TextsRead>& texts) {
  Projection out;
  MatterRow& row = out.row;
  const Reader reader(acts);
  if (TextSources from = sources_of(reader, side, state); !texts || texts->from != from) texts = read_texts(reader, side, std::move(from));
  if (!acts.empty()) row.matter = acts.front().act.matter;
  row.side = side;
  row.shared_state = state.shared.state;
  row.is_open = is_open(side, state);
  Next next;
  if (side == Side::AGENCY) {
    row.state = state.agency.state;
    row.case_id = state.agency.case_id;
    row.unit = state.agency.unit;
    row.drafter = state.agency.drafter;
    row.in_charge = state.agency.in_charge;
    row.case_number = texts->case_number;
    // An answer that comes after the matter was closed still wants to be received.
    const bool has_news = state.agency.closed && !state.agency.purged && !is_all_retrieved(state.shared);
    if (row.is_open || has_news) next = agency_turn(state);
  } else {
    row.state = state.shared.state;
    row.provider_state = state.provider.state;
    row.assigned = state.provider.assigned;
    if (row.is_open) next = provider_turn(state);
  }
  row.turn = next.turn;
  row.turn_role = next.role;
  row.turn_persons = std::move(next.persons);
  row.counterparty = counterparty_of(self, side, acts, state);
  fill_number(row, state);
  fill_due(row, side, state, reader);
  fill_times(row, acts, state);
  fill_items(row, *texts, state);
  out.terms = texts->terms;
  return out;
}

}  // namespace warifu::inquiry
