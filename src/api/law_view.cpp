#include "api/law_view.h"

#include "law/deadlines.h"

namespace warifu::api {

namespace {

template <class Code, class Make>
auto each(Make make) {
  std::vector<decltype(make(Code{}))> out;
  for (std::size_t i = 0; i < enum_count<Code>(); ++i) out.push_back(make(static_cast<Code>(i)));
  return out;
}

LawRule rule_view(const law::Rule& rule) {
  return {rule.id,     rule.categories, rule.instruments, rule.outcome,     rule.article.ja, rule.article.en,
          rule.why.ja, rule.why.en,     rule.possible.ja, rule.possible.en, rule.verified};
}

LawCategory category_view(const law::CategoryEntry& entry) {
  LawCategory out{entry.code, entry.name.ja, entry.name.en, entry.description.ja, entry.description.en, {}, entry.secrecy, entry.verified};
  for (const law::Text& example : entry.examples) out.examples.push_back({example.ja, example.en});
  return out;
}

LawDeadlines deadlines_view(const law::Catalogue& law, Time now) {
  const law::Deadlines& from = law.deadlines();
  return {from.due_days_normal,
          from.due_days_urgent,
          from.oral_follow_up_days,
          from.reminder_before_days,
          from.reminder_every_days,
          from.delivered_warn_hours,
          from.retrieved_warn_hours,
          from.confidentiality_review_days,
          law::due_date(law, now, law::Urgency::NORMAL),
          law::due_date(law, now, law::Urgency::URGENT),
          from.note.ja,
          from.note.en};
}

}  // namespace

LawView law_view(const law::Catalogue& law, Time now) {
  LawView view;
  view.version = law.version();
  view.title_ja = law.title().ja;
  view.title_en = law.title().en;
  view.disclaimer_ja = law.disclaimer().ja;
  view.disclaimer_en = law.disclaimer().en;
  view.instruments = each<law::Instrument>([&](law::Instrument code) {
    const law::InstrumentEntry& entry = law.instrument(code);
    return LawInstrument{code,
                         entry.name.ja,
                         entry.name.en,
                         entry.article.ja,
                         entry.article.en,
                         entry.issued_by.ja,
                         entry.issued_by.en,
                         entry.effect.ja,
                         entry.effect.en,
                         entry.note.ja,
                         entry.note.en,
                         entry.compulsory,
                         entry.verified};
  });
  view.categories = each<law::Category>([&](law::Category code) { return category_view(law.category(code)); });
  for (const law::Rule& rule : law.rules()) view.rules.push_back(rule_view(rule));
  view.default_rule = rule_view(law.default_rule());
  view.registration_address_rule = rule_view(law.registration_address_rule());
  const law::Reclassification& change = law.reclassification();
  view.reclassification = {change.id,
                           {change.from, change.to},
                           {},
                           law.rule(change.to, law::Instrument::INQ).outcome,
                           change.article.ja,
                           change.article.en,
                           change.why.ja,
                           change.why.en,
                           change.possible.ja,
                           change.possible.en,
                           change.verified};
  view.forms = each<law::FormKind>([&](law::FormKind code) {
    const law::FormEntry& entry = law.form(code);
    return LawForm{
        code, entry.name.ja, entry.name.en, entry.article.ja, entry.article.en, entry.fixed_sentence.ja, entry.fixed_sentence.en, entry.categories};
  });
  view.reasons = each<law::ReasonCode>([&](law::ReasonCode code) {
    const law::ReasonEntry& entry = law.reason(code);
    return LawReason{code, entry.use, entry.name.ja, entry.name.en, entry.sentence.ja, entry.sentence.en};
  });
  view.outcomes = each<law::Outcome>([&](law::Outcome code) { return LawOutcome{code, law.outcome_name(code).ja, law.outcome_name(code).en}; });
  view.lanes = each<law::Lane>([&](law::Lane code) { return LawLane{code, law.lane_name(code).ja, law.lane_name(code).en}; });
  view.recipients = each<law::RecipientClass>([&](law::RecipientClass code) {
    const law::RecipientEntry& entry = law.recipient(code);
    return LawRecipient{code,
                        entry.name.ja,
                        entry.name.en,
                        entry.article.ja,
                        entry.article.en,
                        entry.cover_title.ja,
                        entry.cover_title.en,
                        entry.cover_text.ja,
                        entry.cover_text.en};
  });
  view.deadlines = deadlines_view(law, now);
  const law::Retention& kept = law.retention();
  view.retention = {kept.ledger_years,       kept.audit_years,       kept.payload_days_after_retrieval, kept.agency_copy.ja, kept.agency_copy.en,
                    kept.provider_record.ja, kept.provider_record.en};
  return view;
}

SelectorTypes selector_types() {
  SelectorTypes view;
  for (const text::SelectorRow& row : text::kSelectorCatalogue) {
    SelectorTypeView type;
    type.type = row.type;
    type.name_ja = row.name_ja;
    type.name_en = row.name_en;
    type.value_ja = row.value_ja;
    type.value_en = row.value_en;
    type.example = row.example;
    type.help_ja = row.help_ja;
    type.help_en = row.help_en;
    for (std::size_t i = 0; i < enum_count<text::SelectorField>(); ++i)
      if (row.needs[i] != text::Need::NONE) type.fields.push_back({static_cast<text::SelectorField>(i), row.needs[i]});
    type.is_personal = row.is_personal;
    type.is_matchable = row.is_matchable;
    view.types.push_back(std::move(type));
  }
  return view;
}

}  // namespace warifu::api
