#include "app/paper_text.h"

#include "crypto/hash.h"
#include "inquiry/act.h"
#include "text/selector_catalogue.h"

namespace warifu::app {

namespace {

std::string rule() { return std::string(72, '-') + "\n"; }

std::string line(std::string_view label, std::string_view value) {
  return value.empty() ? std::string() : std::string(label) + ": " + std::string(value) + "\n";
}

std::string categories_text(const law::Catalogue& law, const std::vector<law::Category>& categories) {
  std::string out;
  for (const law::Category category : categories)
    out += (out.empty() ? "" : "、") + law.category(category).name.ja + " (" + std::string(enum_text(category)) + ")";
  return out;
}

std::string period_text(const inquiry::Period& period) { return to_rfc3339_tokyo(period.from) + " — " + to_rfc3339_tokyo(period.until); }

std::string item_text(const law::Catalogue& law, const inquiry::Item& item) {
  std::string out =
      std::to_string(item.no) + ". " + std::string(text::selector_row(item.selector.input.type).name_ja) + "  " + item.selector.display + "\n";
  if (item.period) out += line("   期間 period", period_text(*item.period));
  out += line("   求める情報 asked for", categories_text(law, item.categories));
  if (item.asks_registration_address) out += "   登録時のIPアドレスを求める / asks for the address at registration\n";
  out += line("   使用目的 purpose", item.purpose);
  return out;
}

std::string table_text(const inquiry::Table& table) {
  std::string out;
  const auto row = [&](const std::vector<std::string>& cells) {
    std::string joined;
    for (const std::string& cell : cells) joined += (joined.empty() ? "     " : " | ") + cell;
    out += joined + "\n";
  };
  row(table.columns);
  for (const auto& cells : table.rows) row(cells);
  return out;
}

std::string numbering_text(const inquiry::Numbering& number) {
  return number.document_number + "  様式 form " + std::string(enum_text(number.form)) + " 第" + std::to_string(number.serial) + "号";
}

std::string approval_text(const law::Catalogue& law, const inquiry::ApprovedBody& body) {
  std::string out = inquiry_text(law, body.text);
  out += line("決裁 approves", body.approver_post + " " + body.approver_name);
  if (body.delegator) out += line("代決(本人) for", body.delegator->hex());
  return out;
}

}  // namespace

std::string inquiry_text(const law::Catalogue& law, const inquiry::InquiryText& text) {
  std::string out = rule() + law.form(text.form).name.ja + "  第" + std::to_string(text.version) + "版\n" + rule();
  out += line("宛先 to", text.addressee + " 御中 (" + text.to.text() + ")");
  out += line("照会者 from", text.sender.office + " " + text.sender.head_post + " " + text.sender.head_name + " (" + text.from.text() + ")");
  out += line("所在地 address", text.sender.address);
  out += line("根拠 instrument", law.instrument(text.instrument).name.ja + " — " + law.instrument(text.instrument).article.ja);
  out += "\n" + text.sentence + "\n\n";
  for (const inquiry::Item& item : text.items) out += item_text(law, item);
  out += "\n";
  if (text.offence) out += line("罪名 offence", *text.offence);
  out += line("回答期限 due", text.due.iso());
  out += line("緊急度 urgency", enum_text(text.urgency));
  out += line("回答方法 how to answer", text.answer_how);
  const inquiry::Officer& officer = text.officer;
  out += line("担当 officer", officer.section + " " + officer.post + " " + officer.name + " " + officer.telephone + " (" + officer.extension + ")");
  if (text.confidentiality)
    out += line("秘密保持の求め (197条5項) not to be told", text.confidentiality->reason + " — " + text.confidentiality->review.iso());
  if (text.cover_request) out += line("協力依頼 cover request", *text.cover_request);
  for (const std::string& related : text.related) out += line("関連 related", related);
  return out + rule();
}

std::string answer_text(const law::Catalogue& law, const inquiry::Answer& answer) {
  std::string out = rule() + "回答書 answer\n" + rule();
  for (const inquiry::ItemAnswer& item : answer.items) {
    out += std::to_string(item.no) + ". " + std::string(enum_text(item.result));
    if (item.reason) out += " — " + law.reason(*item.reason).name.ja;
    out += "\n" + line("   連絡 message", item.message);
    if (item.reaches_back) out += line("   保有期間 reaches back to", item.reaches_back->iso());
    if (item.narrowing) {
      if (item.narrowing->period) out += line("   提案する期間 proposed period", period_text(*item.narrowing->period));
      out += line("   提案する情報 proposed", categories_text(law, item.narrowing->categories)) + line("   提案 proposal", item.narrowing->message);
    }
    for (const inquiry::Table& table : item.tables) out += table_text(table);
    for (const inquiry::FileRef& file : item.files)
      out += line("   添付 file", file.name + " (" + file.media_type + ", " + std::to_string(file.bytes) + ") SHA-256 " + file.sha256.hex());
    for (const inquiry::Provenance& from : item.provenance)
      out += line("   出所 source", from.source + "/" + from.query + " " + to_rfc3339_tokyo(from.at) + ", " + std::to_string(from.rows));
    out += line("   行数 rows", std::to_string(item.row_count()));
  }
  out += "\n" + line("整理番号 reference", answer.reference) + line("作成者 preparer", answer.preparer) +
         line("網羅性 completeness", answer.completeness);
  out += line("所要時間(分) minutes", std::to_string(answer.minutes)) + line("費用(円) yen", std::to_string(answer.yen));
  return out + rule();
}

Result<std::string> shown_before_signing(const law::Catalogue& law, const desk::Prepared& prepared, const desk::MatterView& view,
                                         const std::string& kind) {
  const auto differs = [&](std::string message) { return fail(Code::TEXT_DIFFERS, std::move(message), kind); };
  const inquiry::Act act = TRY(inquiry::Act::parse(prepared.text));
  if (act.matter != view.row.matter || act.matter != prepared.matter) return differs("the text is about another matter");
  if (enum_text(act.kind) != kind) return differs("the text does something else: " + std::string(enum_text(act.kind)));
  if (!act.person || inquiry::person_signer(act.org, *act.person) != prepared.signer) return differs("the text is in somebody else's name");
  if (act.body != crypto::sha256(prepared.body)) return differs("the body is not the one that the text names");
  std::string out;
  if (act.kind == inquiry::Kind::APPROVED) {
    out = approval_text(law, TRY(json::decode_text<inquiry::ApprovedBody>(prepared.body)));
  } else if (act.kind == inquiry::Kind::DISPATCHED) {
    const inquiry::DispatchedBody body = TRY(json::decode_text<inquiry::DispatchedBody>(prepared.body));
    const std::optional<desk::VersionView>& version = view.working ? view.working : view.current;
    if (!version || version->version != body.version) return differs("the version is not the one on the desk");
    out = inquiry_text(law, version->text) + line("文書番号 document number", numbering_text(body.number)) + line("発出日 date", body.date.iso()) +
          line("決裁の記録 approval", body.of.hex());
  } else if (act.kind == inquiry::Kind::RELEASED) {
    const inquiry::ReleasedBody body = TRY(json::decode_text<inquiry::ReleasedBody>(prepared.body));
    out = answer_text(law, body.answer) + line("照会 inquiry", body.of.hex() + "  第" + std::to_string(body.version) + "版") +
          line("送付者 releases", body.releaser_post + " " + body.releaser_name);
  } else {
    return differs("nothing that is signed here");
  }
  return out + "\n署名する記録 the text that is signed:\n" + prepared.text;
}

std::string matter_text(const law::Catalogue& law, const desk::MatterView& view) {
  const desk::RowView& row = view.row;
  std::string out = line("案件 matter", row.matter.hex()) + line("文書番号 number", row.number) + line("状態 state", enum_text(row.state));
  if (row.provider_state != inquiry::ProviderState::NONE) out += line("社内の状態 provider state", enum_text(row.provider_state));
  out += line("事件 case", row.case_number) + line("相手方 counterparty", row.counterparty_name_ja + " (" + row.counterparty + ")");
  if (row.due) out += line("期限 due", row.due->iso() + (row.is_overdue ? " 超過 overdue" : ""));
  const std::optional<desk::VersionView>& version = view.working ? view.working : view.current;
  if (version) out += inquiry_text(law, version->text);
  for (const desk::ReleaseView& release : view.releases) {
    out += line("回答 release", release.act.hex() + " " + to_rfc3339_tokyo(release.at) + (release.is_open ? "" : " 未開封 sealed"));
    if (release.answer) out += answer_text(law, *release.answer);
  }
  if (view.collected) out += answer_text(law, *view.collected);
  for (const desk::ActView& act : view.timeline)
    out += to_rfc3339_tokyo(act.at) + "  " + act.name_ja + " / " + act.name_en + "  " + act.org.text() + " " +
           (act.person ? act.person->name : std::string(enum_text(act.role))) + (act.note.empty() ? "" : "  「" + act.note + "」") + "\n";
  for (const desk::Action& action : view.actions)
    if (action.is_allowed) out += line("できること can do", action.name);
  for (const desk::Notice& warning : view.warnings) out += line("注意 warning", warning.ja + " / " + warning.en);
  return out;
}

}  // namespace warifu::app
