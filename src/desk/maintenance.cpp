// The end of a matter and the passing of time: purge with its receipt, retention, findings, rebuilding what lists read.

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "desk/impl.h"
#include "law/deadlines.h"

namespace warifu::desk {

using inquiry::State;

namespace {

bool is_receipt(Kind kind) { return kind == Kind::PURGED || kind == Kind::TEXT_ERASED; }

void add_files(const SignedAct& act, std::vector<Sha256>& files) {
  if (act.act.kind != Kind::RELEASED && act.act.kind != Kind::COLLECTED) return;
  const Result<json::Value> value = json::parse(*act.body);
  if (!value || !value->is_object()) return;
  const json::Value* found = value->get_object().if_contains("answer");
  const Result<inquiry::Answer> answer = found != nullptr ? json::decode<inquiry::Answer>(*found) : fail(Code::NOT_FOUND, "no answer");
  if (!answer) return;
  for (const inquiry::ItemAnswer& item : answer->items)
    for (const inquiry::FileRef& file : item.files) files.push_back(file.sha256);
}

}  // namespace

// What registers and figures go on needing is kept at home; it tells how the house worked and is nobody else's business.
Plan Office::Impl::erasure_plan(const Loaded& loaded) const {
  inquiry::TextErasedBody body;
  Plan plan;
  for (std::size_t i = 0; i < loaded.acts.size(); ++i) {
    const SignedAct& act = loaded.acts[i];
    if (!act.body || is_receipt(act.act.kind)) continue;
    body.bodies.push_back(act.hash);
    if (loaded.inputs[i].facts) body.residue.emplace(act.hash.hex(), *loaded.inputs[i].facts);
    add_files(act, body.files);
  }
  plan.purge_bodies = body.bodies;
  std::ranges::sort(body.bodies);
  std::ranges::sort(body.files);
  const auto [first, last] = std::ranges::unique(body.files);
  body.files.erase(first, last);
  plan.kind = Kind::TEXT_ERASED;
  plan.body = json::encode(body);
  plan.purge_files = true;
  return plan;
}

// Whoever purges leaves a signed receipt for the other side: which of the texts and files that both had, by their digests.
Plan Office::Impl::purge_plan(const Loaded& loaded, const std::string& reason) const {
  inquiry::PurgedBody body;
  body.reason = reason;
  for (const SignedAct& act : loaded.acts) {
    if (!act.body || !act.is_shared() || is_receipt(act.act.kind)) continue;
    if (act.act.kind == Kind::APPROVED &&
        std::ranges::find(loaded.state.shared.dispatches, act.hash, &inquiry::Dispatch::approval) == loaded.state.shared.dispatches.end())
      continue;  // it never crossed
    body.bodies.push_back(act.hash);
    if (act.act.kind == Kind::RELEASED) add_files(act, body.files);
  }
  std::ranges::sort(body.bodies);
  std::ranges::sort(body.files);
  const auto [first, last] = std::ranges::unique(body.files);
  body.files.erase(first, last);
  Plan plan = plan_of(Kind::PURGED, body);
  plan.first.push_back(erasure_plan(loaded));
  return plan;
}

Result<bool> Office::Impl::is_on_its_way(const MatterId& matter) const {
  const std::vector<OutboxRow> rows = TRY(parts.store->outbox_of(matter));
  return std::ranges::any_of(rows, [](const OutboxRow& row) { return !row.delivered.has_value(); });
}

bool Office::Impl::has_overridden_answer(const Loaded& loaded) const {
  const inquiry::Shared& shared = loaded.state.shared;
  return side() == party::Side::PROVIDER && shared.withdrawn && !shared.purged_by_provider &&
         std::ranges::any_of(shared.releases, &inquiry::Release::overridden);
}

std::optional<Date> Office::Impl::answer_kept_until(const Loaded& loaded) const {
  const inquiry::Shared& shared = loaded.state.shared;
  if (shared.withdrawn) return std::nullopt;
  std::optional<Time> received;
  for (const inquiry::Release& release : shared.releases)
    if (release.retrieved) received = std::max(received.value_or(release.retrieved->at), release.retrieved->at);
  if (!received) return std::nullopt;
  return law::payload_kept_through(*parts.law, tokyo_date(*received));
}

Status Office::Impl::may_purge(const Loaded& loaded, Time at) const {
  if (TRY(is_on_its_way(loaded.matter)))
    return fail(Code::ILLEGAL_TRANSITION, "something of this matter has not been delivered yet", {},
                {{"act", "matter.purged"}, {"state", std::string(enum_text(loaded.state.agency.state))}});
  const inquiry::MatterState& state = loaded.state;
  if (side() == party::Side::AGENCY) {
    if (state.agency.voided) return {};  // never dispatched: nothing was asked, and nothing is kept
    if (!state.agency.retained)
      return fail(Code::ILLEGAL_TRANSITION, "only a matter in retention is purged", {},
                  {{"act", "matter.purged"}, {"state", std::string(enum_text(state.agency.state))}});
    const SignedAct* retained = loaded.find(state.agency.retained->act);
    const Result<inquiry::RetainedBody> body =
        retained != nullptr ? body_of<inquiry::RetainedBody>(*retained) : fail(Code::NOT_FOUND, "the act is not here");
    if (body && tokyo_date(at) <= body->until)
      return fail(Code::RETENTION_RUNNING, "its retention has not ended", {}, {{"until", body->until.iso()}});
    return {};
  }
  // A provider keeps what it is asked for and what it answered by its own policy, at least until the answer has been received.
  const bool is_done = state.shared.withdrawn || state.provider.state == inquiry::ProviderState::RETURNED ||
                       (state.shared.is_complete() &&
                        std::ranges::all_of(state.shared.releases, [](const inquiry::Release& r) { return r.overridden || r.retrieved; }));
  if (!is_done)
    return fail(Code::ILLEGAL_TRANSITION, "the answer has not been received yet", {},
                {{"act", "matter.purged"}, {"state", std::string(enum_text(state.provider.state))}});
  if (const std::optional<Date> until = answer_kept_until(loaded); until && tokyo_date(at) <= *until)
    return fail(Code::RETENTION_RUNNING, "its retention has not ended", {}, {{"until", until->iso()}});
  return {};
}

Result<Written> Office::purge(const Caller& caller, const MatterId& matter, const ReasonCommand& command) {
  return impl_->write(caller, matter, Kind::PURGED, [&](const Scene& scene) -> Result<Plan> {
    TRY(impl_->may_purge(scene.loaded, scene.now));
    return impl_->purge_plan(scene.loaded, TRY(paragraph(command.reason, "/reason")));
  });
}

Result<Written> Office::add_finding(const Caller& caller, const MatterId& matter, const FindingCommand& command) {
  return impl_->write(caller, matter, Kind::FINDING, [&](const Scene&) -> Result<Plan> {
    return plan_of(Kind::FINDING, inquiry::FindingBody{{}, TRY(line(command.rule, "/rule")), TRY(paragraph(command.text, "/text"))});
  });
}

Result<std::string> Office::file_path(const Caller& caller, const MatterId& matter, const Sha256& file) const {
  const MatterView view = TRY(peek(caller, matter));
  const auto names = [&](const std::optional<inquiry::Answer>& answer) {
    if (!answer) return false;
    return std::ranges::any_of(answer->items, [&](const inquiry::ItemAnswer& item) {
      return std::ranges::find(item.files, file, &inquiry::FileRef::sha256) != item.files.end();
    });
  };
  // A file is read by whoever has the answer open that names it.
  bool may = names(view.collected);
  for (const ReleaseView& release : view.releases) may = may || (release.is_open && names(release.answer));
  if (!may) return fail(Code::NOT_FOUND, "no open answer of this matter names that file");
  return impl_->parts.store->file_path(matter, file);
}

// A closed matter goes into retention by itself when nobody has put it there within a week: retention counts from the closing, so nothing is lost
// or gained by the week.
Result<int> Office::tick() {
  constexpr Duration kRetainAfter = days(7);
  int written = 0;
  if (impl_->parts.mailbox) TRY(impl_->parts.mailbox->forget_messages(now()));
  if (self().side != party::Side::AGENCY) return written;
  MatterQuery query;
  query.states = {State::CLOSED};
  query.updated_until = now() - kRetainAfter;
  std::vector<MatterId> found;
  const Time at = now();
  TRY(impl_->parts.store->each_row(query, [&](const inquiry::MatterRow& row) -> Status {
    if (row.closed && *row.closed + kRetainAfter <= at) found.push_back(row.matter);
    return {};
  }));
  for (const MatterId& matter : found) {
    Loaded loaded = TRY(impl_->load(matter));
    if (loaded.state.agency.state != State::CLOSED) continue;
    const Result<Written> done = impl_->write_node(loaded, {TRY(impl_->retention_plan(loaded))});
    if (done)
      ++written;
    else if (done.error().code != Code::STALE)
      return tl::unexpected<Error>(done.error());
  }
  return written;
}

namespace {

// What else stands in tables and is said by acts: the entries of the office's books, and the registers of issued forms.
class SaidByActs {
 public:
  explicit SaidByActs(const Office::Impl& impl) : impl_(impl) {}

  // Of one matter; by several threads at once.
  Status add_entry(const std::vector<SignedAct>& acts) {
    if (acts.back().act.kind != Kind::OFFICE_CHANGED) return {};
    const auto body = TRY(body_of<inquiry::OfficeChangedBody>(acts.back()));
    const std::scoped_lock lock(mutex_);
    books_[body.book].insert_or_assign(acts.front().act.matter, json::canonical(body.value));
    return {};
  }
  void add_numbers(const MatterId& matter, const inquiry::MatterState& state) {
    const std::scoped_lock lock(mutex_);
    for (const inquiry::Numbering& number : state.agency.numbers) {
      std::string_view ended = "ISSUED";
      for (const inquiry::Dispatch& dispatch : state.shared.dispatches)
        if (dispatch.superseded && dispatch.number == number) ended = "SUPERSEDED";
      if (std::ranges::find(state.agency.spoiled, number) != state.agency.spoiled.end()) ended = "SPOILED";
      registers_[{number.office, number.form, number.year}].insert_or_assign(number.serial, Line{matter, number.document_number, ended});
    }
  }
  // How many entries and serials differ; written anew unless `check_only`. A serial that no act gave is counted and stays: it is not ours to guess.
  Result<std::size_t> settle(bool check_only) {
    std::size_t differing = 0;
    for (const auto& [book, entries] : books_) differing += TRY(settle_book(book, entries, check_only));
    for (const UnitId& office : TRY(offices()))
      for (const auto& [form, year] : years_) differing += TRY(settle_register(office, form, year, check_only));
    return differing;
  }

 private:
  struct Line {
    MatterId matter;
    std::string document_number;
    std::string_view state;
  };
  using Year = std::tuple<UnitId, law::FormKind, int>;
  static constexpr std::size_t kEntriesMax = 10'000'000;

  Result<Commit> commit_to(const MatterId& matter) const {
    Commit commit;
    commit.matter = matter;
    for (const SignedAct& act : TRY(impl_.parts.store->acts(matter))) commit.expected_acts.push_back(act.hash);
    std::ranges::sort(commit.expected_acts);
    return commit;
  }

  Result<std::size_t> settle_book(const std::string& book, const std::map<MatterId, std::string>& entries, bool check_only) {
    std::map<MatterId, std::string> there;
    for (BookEntry& entry : TRY(impl_.parts.store->book(book, kEntriesMax))) there.emplace(entry.id, std::move(entry.value));
    std::size_t differing = 0;
    for (const auto& [id, value] : entries) {
      const auto found = there.find(id);
      if (found != there.end() && found->second == value) continue;
      ++differing;
      if (check_only) continue;
      Commit commit = TRY(commit_to(id));
      commit.books.push_back({book, id, value, TRY(key_of(book, value)), impl_.now()});
      TRY(impl_.parts.store->commit(std::move(commit)));
    }
    return differing;
  }
  // By which of its words an entry is found, as books.cpp keeps it.
  static Result<std::string> key_of(const std::string& book, const std::string& value) {
    if (book == "person") return TRY(json::decode_text<party::Person>(value)).login;
    if (book == "case") return TRY(json::decode_text<party::Case>(value)).number;
    return std::string();
  }

  // Every office and year that could have a register: also one in which no act gave a number has none.
  Result<std::set<UnitId>> offices() {
    std::set<UnitId> out;
    const int present = tokyo_date(impl_.now()).year;
    for (const law::FormKind form : {law::FormKind::A, law::FormKind::B, law::FormKind::C})
      for (const int year : {present - 1, present}) years_.emplace(form, year);
    for (const auto& [key, lines] : registers_) {
      out.insert(std::get<UnitId>(key));
      years_.emplace(std::get<law::FormKind>(key), std::get<int>(key));
    }
    for (const party::Unit& unit : TRY(impl_.books())->units) out.insert(unit.id);
    return out;
  }

  Result<std::size_t> settle_register(const UnitId& office, law::FormKind form, int year, bool check_only) {
    std::map<int, Line> said;
    if (const auto found = registers_.find({office, form, year}); found != registers_.end()) said = std::move(found->second);
    std::size_t differing = 0;
    for (const RegisterRow& row : TRY(impl_.parts.store->register_rows(office, form, year))) {
      const auto line = said.find(row.numbering.serial);
      const bool is_right = line != said.end() && line->second.matter == row.matter && line->second.state == row.state &&
                            line->second.document_number == row.numbering.document_number;
      if (is_right || line == said.end()) differing += is_right ? 0 : 1;
      if (is_right) said.erase(line);
    }
    differing += said.size();
    if (check_only) return differing;
    for (const auto& [serial, line] : said) {
      Commit commit = TRY(commit_to(line.matter));
      commit.register_rows.push_back({{office, form, year, serial, line.document_number}, line.matter, std::string(line.state), {}, impl_.now()});
      TRY(impl_.parts.store->commit(std::move(commit)));
    }
    return differing;
  }

  const Office::Impl& impl_;
  std::mutex mutex_;
  std::map<std::string, std::map<MatterId, std::string>> books_;
  std::map<Year, std::map<int, Line>> registers_;
  std::set<std::pair<law::FormKind, int>> years_;
};

}  // namespace

Result<std::size_t> Office::rebuild(bool check_only) {
  SaidByActs said(*impl_);
  const auto compute = [&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> {
    const std::vector<SignedAct> acts = TRY(impl_->parts.store->acts(matter));
    if (acts.empty()) return std::optional<inquiry::Projection>{};
    if (!inquiry::is_inquiry_kind(acts.front().act.kind)) {
      TRY(said.add_entry(acts));
      return std::optional<inquiry::Projection>{};
    }
    const inquiry::MatterState state = inquiry::fold(acts);
    said.add_numbers(matter, state);
    return std::optional(inquiry::project(self().id, self().side, acts, state));
  };
  const std::size_t differing = TRY(impl_->parts.store->replace_projections(compute, check_only));
  const std::size_t besides = TRY(said.settle(check_only));
  if (besides > 0 && !check_only) impl_->forget_books();
  return differing + besides;
}

}  // namespace warifu::desk
