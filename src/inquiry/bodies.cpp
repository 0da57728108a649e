#include "inquiry/bodies.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/limits.h"
#include "crypto/hash.h"

namespace warifu::inquiry {

namespace {

constexpr std::size_t kSaltBytes = 32;

Status check_salt(const std::string& salt) {
  const Result<Bytes> raw = from_base64(salt);
  if (!raw || raw->size() != kSaltBytes) return fail(Code::BAD_VALUE, "the salt is 32 bytes in base64", "/salt", {{"expected", "32 bytes, base64"}});
  return {};
}

// Lines and paragraphs that somebody wrote are no longer than anybody here may write them: another program does not know our forms, and what it sends
// is shown in lists and printed. The cells of an answer's tables are what a source holds.
Status check_texts(const json::Value& value, std::size_t characters_max = limits::kTextCharactersMax) {
  const auto within = [](Status status, const std::string& place) -> Status {
    return tl::unexpected<Error>(std::move(status).error().at("/" + place));
  };
  if (const auto* text = value.if_string())
    return text->size() <= 4 * characters_max ? Status{}
                                              : fail(Code::TOO_LONG, "longer than a text may be", {}, {{"max", std::to_string(characters_max)}});
  if (const json::Array* list = value.if_array())
    for (std::size_t i = 0; i < list->size(); ++i)
      if (Status status = check_texts((*list)[i]); !status) return within(std::move(status), std::to_string(i));
  if (const json::Object* object = value.if_object())
    for (const auto& [key, member] : *object) {
      if (key == "tables") continue;
      const bool is_line = key == "document_number";
      if (Status status = check_texts(member, is_line ? limits::kLineCharactersMax : limits::kTextCharactersMax); !status)
        return within(std::move(status), std::string(key.data(), key.size()));
    }
  return {};
}

// Items are numbered 1, 2, 3 … as on the paper.
Status check_text(const InquiryText& text) {
  if (text.items.empty()) return fail(Code::EMPTY_FIELD, "an inquiry asks for something", "/text/items");
  if (text.items.size() > limits::kItemsPerInquiryMax)
    return fail(Code::TOO_MANY, "too many items", "/text/items", {{"max", std::to_string(limits::kItemsPerInquiryMax)}});
  for (std::size_t i = 0; i < text.items.size(); ++i) {
    const Item& item = text.items[i];
    const std::string where = "/text/items/" + std::to_string(i);
    if (item.no != static_cast<int>(i) + 1)
      return fail(Code::BAD_VALUE, "items are numbered from 1", where + "/no", {{"expected", std::to_string(i + 1)}});
    if (item.categories.empty()) return fail(Code::EMPTY_FIELD, "an item asks for a category", where + "/categories");
    if (item.period && item.period->until < item.period->from)
      return fail(Code::PERIOD_REVERSED, "the period ends before it begins", where + "/period");
  }
  if (!text.due.is_valid()) return fail(Code::BAD_TIME, "the due date does not exist", "/text/due");
  return {};
}

Status check_number(const Numbering& number) {
  if (number.serial < 1 || number.serial > 99'999)
    return fail(Code::OUT_OF_RANGE, "a serial has five digits", "/number/serial", {{"min", "1"}, {"max", "99999"}});
  if (number.document_number.empty()) return fail(Code::EMPTY_FIELD, "the document number is missing", "/number/document_number");
  return {};
}

Status check_answer(const Answer& answer) {
  std::set<int> seen;
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const ItemAnswer& item = answer.items[i];
    const std::string where = "/answer/items/" + std::to_string(i);
    if (!seen.insert(item.no).second) return fail(Code::BAD_VALUE, "two results for one item", where + "/no");
    for (const Table& table : item.tables)
      for (const std::vector<std::string>& row : table.rows)
        if (row.size() != table.columns.size()) return fail(Code::BAD_VALUE, "a row is longer or shorter than its head", where + "/tables");
    const bool needs_reason = item.result == ItemResult::REFUSED;
    if (needs_reason && !item.reason) return fail(Code::REASON_REQUIRED, "a refusal has a reason code", where + "/reason");
    if (item.result == ItemResult::NARROWING_PROPOSED && !item.narrowing)
      return fail(Code::MISSING_FIELD, "a proposal says what is proposed", where + "/narrowing");
  }
  if (answer.items.empty()) return fail(Code::EMPTY_FIELD, "an answer has at least one result", "/answer/items");
  if (answer.minutes < 0 || answer.yen < 0) return fail(Code::OUT_OF_RANGE, "time and cost are not negative", "/answer/minutes", {{"min", "0"}});
  return {};
}

Status check_decisions(const DecisionsBody& body) {
  if (body.decisions.empty()) return fail(Code::EMPTY_FIELD, "a judgement judges something", "/decisions");
  std::set<int> seen;
  for (std::size_t i = 0; i < body.decisions.size(); ++i) {
    const ItemDecision& decision = body.decisions[i];
    const std::string where = "/decisions/" + std::to_string(i);
    if (!seen.insert(decision.no).second) return fail(Code::BAD_VALUE, "two decisions on one item", where + "/no");
    if (decision.disposition == Disposition::NARROW && !decision.narrowing)
      return fail(Code::MISSING_FIELD, "a proposal says what is proposed", where + "/narrowing");
  }
  return {};
}

// A receipt speaks of the bodies it destroyed and of no others.
Status check_receipt(const PurgedBody& body) {
  const std::set<Sha256> bodies(body.bodies.begin(), body.bodies.end());
  if (bodies.size() != body.bodies.size()) return fail(Code::BAD_VALUE, "a body is purged once", "/bodies");
  return {};
}

Status check_erasure(const TextErasedBody& body) {
  const std::set<Sha256> bodies(body.bodies.begin(), body.bodies.end());
  if (bodies.size() != body.bodies.size()) return fail(Code::BAD_VALUE, "a body is erased once", "/bodies");
  for (const auto& [key, facts] : body.residue) {
    const Result<Sha256> hash = Sha256::parse(key);
    if (!hash || !bodies.contains(*hash)) return fail(Code::BAD_VALUE, "residue of a body that is not purged", "/residue");
  }
  return {};
}

bool is_month(const std::string& month) {
  const Result<Date> first = Date::parse(month + "-01");
  return month.size() == 7 && first && first->iso().substr(0, 7) == month;
}

Status check_statement(const StatementBody& body) {
  if (!is_month(body.month)) return fail(Code::BAD_VALUE, "not a month", "/month", {{"expected", "2026-11"}});
  if (body.lines.size() > limits::kStatementLinesMax)
    return fail(Code::TOO_MANY, "too many lines", "/lines", {{"max", std::to_string(limits::kStatementLinesMax)}});
  std::set<MatterId> seen;
  for (std::size_t i = 0; i < body.lines.size(); ++i) {
    const StatementLine& line = body.lines[i];
    const std::string where = "/lines/" + std::to_string(i);
    if (!seen.insert(line.matter).second) return fail(Code::BAD_VALUE, "an inquiry stands once in a statement", where + "/matter");
    if (line.number.empty()) return fail(Code::EMPTY_FIELD, "the document number is missing", where + "/number");
    if (line.items < 0 || line.minutes < 0 || line.yen < 0)
      return fail(Code::OUT_OF_RANGE, "counts are not negative", where + "/items", {{"min", "0"}});
  }
  return {};
}

template <class Body>
Result<Body> decode_salted(const json::Value& value) {
  Body body = TRY(json::decode<Body>(value));
  TRY(check_salt(body.salt));
  return body;
}

}  // namespace

int ItemAnswer::row_count() const {
  int rows = 0;
  for (const Table& table : tables) rows += static_cast<int>(table.rows.size());
  return rows;
}

MatterId statement_matter(const party::OrganisationId& provider, const party::OrganisationId& agency, std::string_view month) {
  const Sha256 digest = crypto::sha256("warifu-statement\n" + provider.text() + "\n" + agency.text() + "\n" + std::string(month));
  MatterId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Status check_body(Kind kind, const json::Value& value) {
  if (rule_of(kind).is_shared) TRY(check_texts(value));
  switch (kind) {
    case Kind::ORAL: TRY(decode_salted<OralBody>(value)); return {};
    case Kind::DRAFTED: return check_text(TRY(decode_salted<DraftedBody>(value)).text);
    case Kind::CHECKED: TRY(decode_salted<CheckedBody>(value)); return {};
    case Kind::SENT_BACK:
    case Kind::VOIDED:
    case Kind::ANSWER_SENT_BACK: {
      const ReasonBody body = TRY(decode_salted<ReasonBody>(value));
      if (body.reason.empty()) return fail(Code::REASON_REQUIRED, "a return has a reason", "/reason");
      return {};
    }
    case Kind::APPROVED: {
      const ApprovedBody body = TRY(decode_salted<ApprovedBody>(value));
      if (body.version != body.text.version) return fail(Code::TEXT_DIFFERS, "two versions in one approval", "/version");
      return check_text(body.text);
    }
    case Kind::REGISTERED: return check_number(TRY(decode_salted<RegisteredBody>(value)).number);
    case Kind::DISPATCHED: return check_number(TRY(decode_salted<DispatchedBody>(value)).number);
    case Kind::WITHDRAWN:
    case Kind::REMINDED: TRY(decode_salted<MessageBody>(value)); return {};
    case Kind::OPENED: {
      if (TRY(decode_salted<OpenedBody>(value)).reason.empty()) return fail(Code::REASON_REQUIRED, "an opening has a reason", "/reason");
      return {};
    }
    case Kind::CLOSED: TRY(decode_salted<ClosedBody>(value)); return {};
    case Kind::RETAINED: TRY(decode_salted<RetainedBody>(value)); return {};
    case Kind::HANDED_OVER: TRY(decode_salted<HandedOverBody>(value)); return {};
    case Kind::FEEDBACK: TRY(decode_salted<FeedbackBody>(value)); return {};
    case Kind::VERIFIED:
    case Kind::SUSPECTED: TRY(decode_salted<VerifiedBody>(value)); return {};
    case Kind::TRIAGED:
    case Kind::LEGAL_DECIDED: return check_decisions(TRY(decode_salted<DecisionsBody>(value)));
    case Kind::ASSIGNED: {
      if (TRY(decode_salted<AssignedBody>(value)).persons.empty()) return fail(Code::EMPTY_FIELD, "work is assigned to somebody", "/persons");
      return {};
    }
    case Kind::LOOKED_UP: TRY(decode_salted<LookedUpBody>(value)); return {};
    case Kind::COLLECTED: return check_answer(TRY(decode_salted<CollectedBody>(value)).answer);
    case Kind::ANSWER_CHECKED: TRY(decode_salted<AnswerCheckedBody>(value)); return {};
    case Kind::RECEIVED:
    case Kind::ACCEPTED:
    case Kind::BEGUN:
    case Kind::RETRIEVED:
    case Kind::NARROWING_DECLINED: TRY(decode_salted<StepBody>(value)); return {};
    case Kind::RETURNED: TRY(decode_salted<ReturnedBody>(value)); return {};
    case Kind::RELEASED: return check_answer(TRY(decode_salted<ReleasedBody>(value)).answer);
    case Kind::VIEWED: TRY(decode_salted<ViewedBody>(value)); return {};
    case Kind::FINDING: TRY(decode_salted<FindingBody>(value)); return {};
    case Kind::OFFICE_CHANGED: TRY(decode_salted<OfficeChangedBody>(value)); return {};
    case Kind::STATEMENT: return check_statement(TRY(decode_salted<StatementBody>(value)));
    case Kind::PURGED: return check_receipt(TRY(decode_salted<PurgedBody>(value)));
    case Kind::TEXT_ERASED: return check_erasure(TRY(decode_salted<TextErasedBody>(value)));
  }
  return fail(Code::INTERNAL, "unknown kind");
}

}  // namespace warifu::inquiry
