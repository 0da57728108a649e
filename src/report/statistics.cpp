#include "report/statistics.h"

#include <fmt/format.h>

#include <algorithm>

namespace warifu::report {

using inquiry::MatterRow;
using inquiry::State;

namespace {

constexpr int kSmallCount = 10;
constexpr double kSecondsOfDay = 86'400.0;

Times times_of(std::vector<std::int64_t> values) {
  if (values.empty()) return {};
  Times times;
  times.count = static_cast<int>(values.size());
  times.median = percentile(values, 50);
  times.p95 = percentile(values, 95);
  return times;
}

// Clocks of two sides may differ by moments; nothing takes less than no time.
void add_time(std::vector<std::int64_t>& values, Time from, const std::optional<Time>& until) {
  if (until) values.push_back(std::max<std::int64_t>(0, (*until - from).us / 1'000'000));
}

bool is_waiting(State state) {
  return state == State::DISPATCHED || state == State::DELIVERED || state == State::ACCEPTED || state == State::IN_PROGRESS;
}

int permille(int part, int whole) { return whole == 0 ? 0 : (part * 1000 + whole / 2) / whole; }

std::string shown_days(const std::optional<std::int64_t>& value, int count) {
  return value && count >= kSmallCount ? fmt::format("{:.1f}", static_cast<double>(*value) / kSecondsOfDay) : "—";
}

}  // namespace

std::int64_t percentile(std::vector<std::int64_t>& values, int percent) {
  CHECK_THAT(!values.empty() && percent >= 1 && percent <= 100);
  const std::size_t rank = (values.size() * static_cast<std::size_t>(percent) + 99) / 100;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(values, at);
  return *at;
}

StatisticsFold::StatisticsFold(Date from, Date until, Time now)
    : from_(from), until_(until), begin_(tokyo_midnight(from)), end_(tokyo_midnight(until.plus_days(1))), now_(now) {
  for (Month month = Month::of(begin_); month.begin() < end_; month = month.next()) months_.emplace(month, Group{});
}

void StatisticsFold::add(const MatterRow& row) {
  if (!row.dispatched || *row.dispatched < begin_ || *row.dispatched >= end_) return;
  const bool is_answered = row.answered.has_value();
  const bool is_late = is_answered && row.due && *row.answered >= tokyo_midnight(row.due->plus_days(1));
  const auto count = [&](auto& group) {
    ++group.inquiries;
    group.items += row.items;
    group.answered += is_answered ? 1 : 0;
    group.late += is_late ? 1 : 0;
    group.minutes += row.minutes;
    group.yen += row.yen;
  };
  Group& party = parties_[row.counterparty];
  Group& month = months_[Month::of(*row.dispatched)];
  count(all_);
  count(party);
  count(month);
  all_.open += is_waiting(row.shared_state) ? 1 : 0;
  all_.overdue += row.is_open && row.due_at && *row.due_at <= now_ ? 1 : 0;
  all_.needs_warrant += row.shared_state == State::NEEDS_WARRANT ? 1 : 0;
  ++states_[row.shared_state];
  for (const law::Category category : row.categories) {
    CategoryFigures& figures = categories_[category];
    figures.category = category;
    ++figures.inquiries;
    figures.needs_warrant += row.shared_state == State::NEEDS_WARRANT ? 1 : 0;
  }
  add_time(to_delivery_, *row.dispatched, row.delivered);
  add_time(to_acceptance_, *row.dispatched, row.accepted);
  add_time(to_answer_, *row.dispatched, row.answered);
  add_time(party.to_answer, *row.dispatched, row.answered);
  add_time(month.to_answer, *row.dispatched, row.answered);
  if (is_answered) minutes_each_.push_back(row.minutes);
}

Statistics StatisticsFold::finish() const {
  Statistics out = all_;
  out.from = from_;
  out.until = until_;
  out.needs_warrant_permille = permille(out.needs_warrant, out.answered);
  out.to_delivery = times_of(to_delivery_);
  out.to_acceptance = times_of(to_acceptance_);
  out.to_answer = times_of(to_answer_);
  out.minutes_each = times_of(minutes_each_);
  for (const auto& [state, inquiries] : states_) out.by_state.push_back({state, inquiries});
  for (const auto& [organisation, group] : parties_)
    out.by_party.push_back(
        {organisation, group.inquiries, group.items, group.answered, group.late, group.minutes, group.yen, times_of(group.to_answer)});
  std::ranges::stable_sort(out.by_party, std::ranges::greater{}, &PartyFigures::inquiries);
  for (const auto& [category, figures] : categories_) out.by_category.push_back(figures);
  for (const auto& [month, group] : months_)
    out.by_month.push_back(
        {month.text(), group.inquiries, group.items, group.answered, group.late, group.minutes, group.yen, times_of(group.to_answer)});
  return out;
}

std::string shown_count(int count) { return count > 0 && count < kSmallCount ? "1–9" : std::to_string(count); }

PublicTable public_table(const Statistics& statistics, const HalfYear& period, const law::Catalogue& law, Date today) {
  PublicTable table{period.text(), period.first(), period.last(), today > period.last() && statistics.open == 0, {}};
  const auto add = [&](std::string section, std::string key, std::string ja, std::string en, std::string shown) {
    table.rows.push_back({std::move(section), std::move(key), std::move(ja), std::move(en), std::move(shown)});
  };
  const auto of_state = [&](std::initializer_list<State> states) {
    int sum = 0;
    for (const StateCount& count : statistics.by_state)
      if (std::ranges::find(states, count.state) != states.end()) sum += count.inquiries;
    return shown_count(sum);
  };
  add("requests", "inquiries", "照会の件数", "Inquiries", shown_count(statistics.inquiries));
  add("requests", "items", "照会対象の数", "Selectors specified", shown_count(statistics.items));
  add("outcome", "full", "回答した", "Disclosed in full", of_state({State::ANSWERED}));
  add("outcome", "part", "一部について回答した", "Disclosed in part", of_state({State::PARTLY_ANSWERED}));
  add("outcome", "none_held", "該当なし", "None held", of_state({State::NONE_HELD}));
  add("outcome", "refused", "回答しなかった", "Refused", of_state({State::REFUSED}));
  add("outcome", "needs_warrant", "令状を要するとした", "Answered that a warrant is needed", of_state({State::NEEDS_WARRANT}));
  add("outcome", "narrowing", "範囲の縮小を提案した", "Narrowing proposed", of_state({State::NARROWING_PROPOSED}));
  add("outcome", "returned", "差し戻した", "Returned for correction", of_state({State::RETURNED}));
  add("outcome", "withdrawn", "取り下げられた", "Withdrawn", of_state({State::WITHDRAWN}));
  add("outcome", "pending", "処理中", "Pending", of_state({State::DISPATCHED, State::DELIVERED, State::ACCEPTED, State::IN_PROGRESS}));
  for (const CategoryFigures& figures : statistics.by_category) {
    const auto& category = law.category(figures.category);
    add("category", std::string(enum_text(figures.category)), category.name.ja, category.name.en, shown_count(figures.inquiries));
  }
  add("time", "median_days", "回答までの日数(中央値)", "Days to the answer, median",
      shown_days(statistics.to_answer.median, statistics.to_answer.count));
  add("time", "p95_days", "回答までの日数(95パーセンタイル)", "Days to the answer, 95th percentile",
      shown_days(statistics.to_answer.p95, statistics.to_answer.count));
  return table;
}

}  // namespace warifu::report
