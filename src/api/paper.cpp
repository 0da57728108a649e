#include "api/paper.h"

#include <algorithm>

#include "document/cover_sheet.h"
#include "document/inquiry_form.h"
#include "text/selector_catalogue.h"

namespace warifu::api {

namespace {

using document::Language;
using inquiry::SignedAct;

// The paper is Japanese; its English variant adds small labels, the contents stay as they were approved.
std::string selector_name(text::SelectorType type) { return std::string(text::selector_row(type).name_ja); }

// The outcome of an item as office paper words it.
std::string result_name(inquiry::ItemResult result) {
  switch (result) {
    case inquiry::ItemResult::ANSWERED: return "回答";
    case inquiry::ItemResult::PARTLY_ANSWERED: return "一部回答";
    case inquiry::ItemResult::NONE_HELD: return "該当なし";
    case inquiry::ItemResult::REFUSED: return "回答不可";
    case inquiry::ItemResult::NEEDS_WARRANT: return "要令状";
    case inquiry::ItemResult::NARROWING_PROPOSED: return "範囲縮小の提案";
  }
  return {};
}

const SignedAct* find(const std::vector<SignedAct>& acts, const Sha256& hash) {
  const auto found = std::ranges::find(acts, hash, &SignedAct::hash);
  return found == acts.end() ? nullptr : &*found;
}

template <class Body>
std::optional<Body> body_of(const SignedAct* act) {
  if (act == nullptr || !act->body) return std::nullopt;
  Result<Body> body = json::decode_text<Body>(*act->body);
  return body ? std::optional(std::move(*body)) : std::nullopt;
}

document::InquiryForm form_of(const law::Catalogue& law, const inquiry::InquiryText& text, Language language) {
  document::InquiryForm form;
  form.language = language;
  form.title = law.form(text.form).name.ja;
  form.title_small = law.form(text.form).name.en;
  form.form = std::string(enum_text(text.form));
  form.addressee = text.addressee;
  form.office = text.sender.office;
  form.address = text.sender.address;
  form.head_post = text.sender.head_post;
  form.head_name = text.sender.head_name;
  form.sentence = text.sentence;
  for (const inquiry::Item& item : text.items) {
    document::FormItem line;
    line.no = item.no;
    line.selector_type = selector_name(item.selector.input.type);
    line.selector = item.selector.display;
    if (item.period) line.period = document::Span{item.period->from, item.period->until};
    for (const law::Category category : item.categories) line.categories.push_back(law.category(category).name.ja);
    line.purpose = item.purpose;
    form.items.push_back(std::move(line));
  }
  form.offence = text.offence;
  form.due = text.due;
  form.is_urgent = text.urgency == law::Urgency::URGENT;
  form.answer_how = text.answer_how;
  form.officer = {text.officer.section, text.officer.post, text.officer.name, text.officer.telephone, text.officer.extension};
  if (text.confidentiality) form.confidentiality = document::FormConfidentiality{text.confidentiality->reason, text.confidentiality->review};
  form.cover_request = text.cover_request;
  form.related = text.related;
  form.version = text.version;
  return form;
}

}  // namespace

Result<std::optional<std::string>> inquiry_paper(const law::Catalogue& law, const std::vector<SignedAct>& acts, const inquiry::MatterState& state,
                                                 Language language) {
  std::optional<document::InquiryForm> form;
  const inquiry::Dispatch* current = state.shared.current();
  const std::optional<inquiry::Working>& working = state.agency.working;
  if (current != nullptr) {
    const SignedAct* act = find(acts, current->approval);
    if (const auto body = body_of<inquiry::ApprovedBody>(act)) {
      form = form_of(law, body->text, language);
      form->document_number = current->number.document_number;
      form->serial = current->number.serial;
      form->issued = tokyo_date(current->mark.at);
      form->approval = current->approval;
      if (body->delegator) form->delegate = body->approver_post + " " + body->approver_name;
      form->is_draft = false;
      form->created = current->mark.at;
    }
  } else if (working) {
    const SignedAct* act = find(acts, working->draft);
    if (const auto body = body_of<inquiry::DraftedBody>(act)) {
      form = form_of(law, body->text, language);
      if (working->number) {
        form->document_number = working->number->document_number;
        form->serial = working->number->serial;
      }
      if (working->approved) form->approval = working->approved->act;
      form->created = act->act.at;
    }
  }
  if (!form) return std::optional<std::string>{};
  return std::optional(TRY(document::inquiry_form_pdf(*form)));
}

desk::Office::DrawPaper evidence_paper(const law::Catalogue& law) {
  return [&law](const std::vector<SignedAct>& acts, const inquiry::MatterState& state) { return inquiry_paper(law, acts, state, Language::JA); };
}

Result<std::optional<std::string>> answer_paper(const law::Catalogue& law, const party::Organisation& provider, const std::vector<SignedAct>& acts,
                                                const inquiry::MatterState& state, const Sha256& release_hash, Language language) {
  const auto release = std::ranges::find_if(state.shared.releases, [&](const inquiry::Release& r) { return r.mark.act == release_hash; });
  if (release == state.shared.releases.end()) return std::optional<std::string>{};
  const auto body = body_of<inquiry::ReleasedBody>(find(acts, release_hash));
  const auto dispatch = std::ranges::find_if(state.shared.dispatches, [&](const inquiry::Dispatch& d) { return d.version == release->version; });
  if (!body || dispatch == state.shared.dispatches.end()) return std::optional<std::string>{};
  const auto asked = body_of<inquiry::ApprovedBody>(find(acts, dispatch->approval));
  document::CoverSheet sheet;
  sheet.language = language;
  sheet.reference = body->answer.reference;
  sheet.date = tokyo_date(release->mark.at);
  if (asked) {
    sheet.agency_office = asked->text.sender.office;
    sheet.agency_head = asked->text.sender.head_post + " " + asked->text.sender.head_name;
  }
  sheet.provider = provider.name_ja;
  sheet.provider_address = provider.address;
  sheet.releaser_post = body->releaser_post;
  sheet.releaser_name = body->releaser_name;
  sheet.preparer = body->answer.preparer;
  sheet.release = release_hash;
  sheet.inquiry_number = dispatch->number.document_number;
  sheet.inquiry_date = tokyo_date(dispatch->mark.at);
  sheet.inquiry_version = dispatch->version;
  for (const inquiry::ItemAnswer& item : body->answer.items) {
    document::CoverItem line;
    line.no = item.no;
    if (asked)
      for (const inquiry::Item& question : asked->text.items)
        if (question.no == item.no) {
          line.selector_type = selector_name(question.selector.input.type);
          line.selector = question.selector.display;
        }
    line.result = result_name(item.result);
    if (item.reason) line.reason = law.reason(*item.reason).name.ja;
    line.message = item.message;
    line.rows = item.row_count();
    line.reaches_back = item.reaches_back;
    sheet.items.push_back(std::move(line));
    for (const inquiry::FileRef& file : item.files) sheet.files.push_back({file.name, file.media_type, file.bytes, file.sha256});
  }
  sheet.completeness = body->answer.completeness;
  sheet.minutes = body->answer.minutes;
  sheet.yen = body->answer.yen;
  sheet.created = release->mark.at;
  return std::optional(TRY(document::cover_sheet_pdf(sheet)));
}

}  // namespace warifu::api
