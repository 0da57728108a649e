#include "inquiry/kinds.h"

#include <algorithm>

namespace warifu::inquiry {

namespace {

using party::Role;

const std::vector<KindRule>& table() {
  static const std::vector<KindRule> rules = {
      {Kind::ORAL, Sides::AGENCY, false, false, {Role::INVESTIGATOR}, "口頭照会の記録", "oral inquiry recorded"},
      {Kind::DRAFTED, Sides::AGENCY, false, false, {Role::INVESTIGATOR}, "起案", "drafted"},
      {Kind::CHECKED, Sides::AGENCY, false, false, {Role::SUPERVISOR}, "点検", "checked"},
      {Kind::SENT_BACK,
       Sides::AGENCY,
       false,
       false,
       {Role::SUPERVISOR, Role::APPROVER, Role::REGISTRAR},
       "起案の差戻し",
       "draft returned for correction"},
      {Kind::REGISTERED, Sides::AGENCY, false, false, {Role::REGISTRAR}, "発番", "numbered"},
      {Kind::VOIDED, Sides::AGENCY, false, false, {Role::INVESTIGATOR, Role::APPROVER, Role::REGISTRAR}, "取りやめ", "voided"},
      {Kind::OPENED,
       Sides::AGENCY,
       false,
       false,
       {Role::INVESTIGATOR, Role::SUPERVISOR, Role::APPROVER, Role::AUDITOR},
       "回答の開封",
       "answer opened"},
      {Kind::CLOSED, Sides::AGENCY, false, false, {Role::INVESTIGATOR, Role::SUPERVISOR}, "終結", "closed"},
      {Kind::RETAINED, Sides::AGENCY, false, false, {Role::REGISTRAR, Role::NODE}, "保存", "retained"},
      {Kind::HANDED_OVER, Sides::AGENCY, false, false, {Role::SUPERVISOR, Role::APPROVER}, "担当替え", "handed over"},
      {Kind::APPROVED, Sides::AGENCY, true, true, {Role::APPROVER}, "決裁", "approved"},
      {Kind::DISPATCHED, Sides::AGENCY, true, true, {Role::REGISTRAR}, "発出", "dispatched"},
      {Kind::WITHDRAWN, Sides::AGENCY, true, false, {Role::INVESTIGATOR, Role::SUPERVISOR, Role::APPROVER}, "取下げ", "withdrawn"},
      {Kind::REMINDED, Sides::AGENCY, true, false, {Role::INVESTIGATOR, Role::SUPERVISOR, Role::REGISTRAR}, "督促", "reminder"},
      {Kind::RETRIEVED, Sides::AGENCY, true, false, {Role::INVESTIGATOR, Role::SUPERVISOR}, "回答の受領", "answer received"},
      {Kind::FEEDBACK, Sides::AGENCY, true, false, {Role::INVESTIGATOR, Role::SUPERVISOR}, "結果連絡", "outcome feedback"},
      {Kind::NARROWING_DECLINED,
       Sides::AGENCY,
       true,
       false,
       {Role::INVESTIGATOR, Role::SUPERVISOR},
       "範囲縮小に応じない旨の連絡",
       "narrowing declined"},
      {Kind::VERIFIED, Sides::PROVIDER, false, false, {Role::NODE}, "署名の確認", "signatures verified"},
      {Kind::SUSPECTED, Sides::PROVIDER, false, false, {Role::NODE}, "真正性の疑い", "authenticity in doubt"},
      {Kind::TRIAGED, Sides::PROVIDER, false, false, {Role::INTAKE}, "審査", "triaged"},
      {Kind::LEGAL_DECIDED, Sides::PROVIDER, false, false, {Role::LEGAL}, "法務確認", "legal review decided"},
      {Kind::ASSIGNED, Sides::PROVIDER, false, false, {Role::INTAKE, Role::RELEASER}, "担当の割当て", "assigned"},
      {Kind::LOOKED_UP, Sides::PROVIDER, false, false, {Role::OPERATOR}, "検索", "looked up"},
      {Kind::COLLECTED, Sides::PROVIDER, false, false, {Role::OPERATOR}, "回答案の作成", "answer prepared"},
      {Kind::ANSWER_CHECKED, Sides::PROVIDER, false, false, {Role::RELEASER}, "確認", "second check"},
      {Kind::ANSWER_SENT_BACK, Sides::PROVIDER, false, false, {Role::RELEASER, Role::LEGAL}, "回答案の差戻し", "answer returned for correction"},
      {Kind::RECEIVED, Sides::PROVIDER, true, false, {Role::NODE}, "到達", "delivered"},
      {Kind::ACCEPTED, Sides::PROVIDER, true, false, {Role::INTAKE, Role::LEGAL}, "受付", "accepted"},
      {Kind::RETURNED, Sides::PROVIDER, true, false, {Role::INTAKE, Role::LEGAL}, "照会の差戻し", "inquiry returned"},
      {Kind::BEGUN, Sides::PROVIDER, true, false, {Role::INTAKE, Role::RELEASER, Role::OPERATOR}, "作業開始", "work begun"},
      {Kind::RELEASED, Sides::PROVIDER, true, true, {Role::RELEASER}, "回答の送付", "answer released"},
      {Kind::VIEWED,
       Sides::BOTH,
       false,
       false,
       {Role::INVESTIGATOR, Role::SUPERVISOR, Role::APPROVER, Role::REGISTRAR, Role::AUDITOR, Role::INTAKE, Role::OPERATOR, Role::LEGAL,
        Role::RELEASER},
       "閲覧",
       "viewed"},
      {Kind::FINDING, Sides::BOTH, false, false, {Role::AUDITOR}, "監察所見", "audit finding"},
      {Kind::PURGED, Sides::BOTH, true, false, {Role::REGISTRAR, Role::RELEASER, Role::NODE}, "廃棄", "purged"},
      {Kind::OFFICE_CHANGED,
       Sides::BOTH,
       false,
       false,
       {Role::ADMIN, Role::INVESTIGATOR, Role::SUPERVISOR, Role::APPROVER, Role::REGISTRAR, Role::AUDITOR, Role::INTAKE, Role::LEGAL, Role::RELEASER,
        Role::NODE},
       "台帳の変更",
       "office book changed"},
      {Kind::STATEMENT, Sides::PROVIDER, true, false, {Role::RELEASER, Role::NODE}, "月次明細書の送付", "monthly statement issued"},
      {Kind::TEXT_ERASED, Sides::BOTH, false, false, {Role::REGISTRAR, Role::RELEASER, Role::NODE}, "本文の消去", "texts erased"},
  };
  return rules;
}

}  // namespace

std::span<const KindRule> all_kinds() { return table(); }

const KindRule& rule_of(Kind kind) {
  static const std::vector<const KindRule*> by_kind = [] {
    std::vector<const KindRule*> index(enum_count<Kind>(), nullptr);
    for (const KindRule& rule : table()) index[static_cast<std::size_t>(rule.kind)] = &rule;
    return index;
  }();
  const KindRule* rule = by_kind.at(static_cast<std::size_t>(kind));
  CHECK_THAT(rule != nullptr);  // every kind has a rule
  return *rule;
}

bool may_write(Kind kind, party::Side side, party::Role role) {
  const KindRule& rule = rule_of(kind);
  const bool right_side = rule.sides == Sides::BOTH || (rule.sides == Sides::AGENCY) == (side == party::Side::AGENCY);
  return right_side && party::role_belongs_to(role, side) && std::ranges::find(rule.roles, role) != rule.roles.end();
}

bool is_inquiry_kind(Kind kind) { return kind != Kind::OFFICE_CHANGED && kind != Kind::STATEMENT; }

}  // namespace warifu::inquiry
