// The agency's side of an inquiry.

#include "api/routes.h"

namespace warifu::api {

namespace {

// The desk's function for one matter and one command.
template <class Command>
using Act = Result<desk::Written> (desk::Office::*)(const desk::Caller&, const MatterId&, const Command&);

template <class Command>
void add_act(Router& routes, std::string_view step, std::string_view ja, std::string_view en, Act<Command> act,
             std::uint64_t body_max = limits::kHttpJsonBytesMax) {
  routes.add<Command, desk::Written>(
      {"POST", "/api/matters/{matter}/" + std::string(step), "inquiry", ja, en, Access::SESSION, Write::KEPT, 200, body_max},
      [act](Call& call, const Command& body) -> Result<desk::Written> {
        return (call.here().office.*act)(call.caller, TRY(call.id<MatterId>("matter")), body);
      });
}

using Prepare = Result<desk::Prepared> (desk::Office::*)(const desk::Caller&, const MatterId&) const;

void add_prepare(Router& routes, std::string_view step, std::string_view ja, std::string_view en, Prepare prepare) {
  routes.add<None, desk::Prepared>(
      {"POST", "/api/matters/{matter}/" + std::string(step) + "/prepare", "inquiry", ja, en},
      [prepare](Call& call) -> Result<desk::Prepared> { return (call.here().office.*prepare)(call.caller, TRY(call.id<MatterId>("matter"))); });
}

constexpr std::uint64_t kItemsBody = limits::kJsonBytesMax;

void add_drafting(Router& routes) {
  routes.add<desk::JudgeCommand, desk::JudgeView>(
      {"POST", "/api/inquiries/judge", "inquiry", "入力中の照会事項を点検し、根拠となる規則を示します。何も保存しません。",
       "Checks items while they are typed and names the rule. Nothing is stored.", Access::SESSION, Write::NO, 200, kItemsBody},
      [](Call& call, const desk::JudgeCommand& body) { return call.here().office.judge(call.caller, body); });
  routes.add<desk::DraftCommand, desk::Written>(
      {"POST", "/api/inquiries", "inquiry", "照会を起案します。", "Drafts an inquiry.", Access::SESSION, Write::KEPT, 201, kItemsBody},
      [](Call& call, const desk::DraftCommand& body) -> Result<desk::Written> {
        if (body.matter) return fail(Code::UNKNOWN_FIELD, "a draft of an existing matter goes to its own address", "/matter");
        return call.here().office.draft(call.caller, body);
      });
  routes.add<desk::DraftCommand, desk::Written>(
      {"PUT", "/api/matters/{matter}/draft", "inquiry", "起案を書き直します。口頭照会の後の照会書もここです。",
       "Writes the draft anew; also the instrument that follows an oral inquiry.", Access::SESSION, Write::KEPT, 200, kItemsBody},
      [](Call& call, const desk::DraftCommand& body) -> Result<desk::Written> {
        const MatterId matter = TRY(call.id<MatterId>("matter"));
        if (body.matter && *body.matter != matter)
          return fail(Code::BAD_VALUE, "another matter than the address", "/matter", {{"expected", matter.hex()}});
        desk::DraftCommand command = body;
        command.matter = matter;
        return call.here().office.draft(call.caller, command);
      });
  routes.add<desk::OralCommand, desk::Written>(
      {"POST", "/api/inquiries/oral", "inquiry", "口頭での照会を記録します。期限までに照会書が続かないと上申されます。",
       "Records an oral inquiry; it escalates until the instrument follows.", Access::SESSION, Write::KEPT, 201},
      [](Call& call, const desk::OralCommand& body) { return call.here().office.record_oral(call.caller, body); });
  Route& import = routes.add_raw<ImportQuery, ImportView>(
      {"POST", "/api/inquiries/import", "inquiry",
       "CSVを照会事項に読み取ります。何も保存しません。列:対象の種類(type)、値(value)、サービス(service)、日時(at)、ポート(port)、着信番号(to)、かな("
       "kana)、"
       "ローマ字(romaji)、生年月日(born)、金融機関コード(bank)、支店コード(branch)、種目(kind)、期間の始め(from)、期間の終わり(until)、"
       "求める情報(categories)、使用目的(purpose)、必要性(necessity)、登録時アドレス(registration_address)。",
       "Reads a CSV file into items; nothing is stored. Columns, by their Japanese or English names: type, value, service, at, port, to, kana, "
       "romaji, born, bank, "
       "branch, kind, from, until, categories, purpose, necessity, registration_address.",
       Access::SESSION, Write::NO, 200, limits::kCsvBytesMax},
      Payload::CSV, Payload::JSON, [](Call& call, const ImportQuery& query) -> Result<Answer> {
        if (!has_media_type(call.request, "text/csv"))
          return fail(Code::BAD_MEDIA_TYPE, "the body must be CSV", "Content-Type",
                      {{"expected", "Content-Type: text/csv"}, {"actual", std::string(call.request.header("content-type").value_or(""))}});
        return Answer{json::encode(TRY(import_items(call.request.body, query))), {}};
      });
  import.status = 200;
}

void add_spine(Router& routes) {
  using desk::Office;
  add_act<desk::CommentCommand>(routes, "check", "起案を点検し、決裁へ回します(係長など)。",
                                "The supervisor has checked the draft; it goes to approval.", &Office::check);
  add_act<desk::ReasonCommand>(routes, "send-back", "理由を付けて起案者へ差し戻します。", "Sends the draft back with a reason.", &Office::send_back);
  add_prepare(routes, "approval", "決裁で署名する文を作ります。", "Makes the text that an approval signs.", &Office::prepare_approval);
  add_act<desk::SignedCommand>(routes, "approval", "決裁します。決裁者自身の署名が要ります。", "Approves, under the approver's own signature.",
                               &Office::approve, kItemsBody);
  add_act<desk::RegisterCommand>(routes, "number", "文書番号と一連番号を付け、交付簿に記載します。",
                                 "Gives document number and serial, and enters the register.", &Office::number);
  add_prepare(routes, "dispatch", "発出で署名する文を作ります。", "Makes the text that a dispatch signs.", &Office::prepare_dispatch);
  add_act<desk::SignedCommand>(routes, "dispatch", "発出します。取扱責任者自身の署名が要ります。", "Dispatches, under the registrar's own signature.",
                               &Office::dispatch, kItemsBody);
  add_act<desk::ReasonCommand>(routes, "void", "発出前の照会を書損とします。番号は理由とともに残ります。",
                               "Spoils an inquiry before dispatch; its number stays, with the reason.", &Office::void_inquiry);
  add_act<desk::ReasonCommand>(routes, "withdraw", "発出した照会を取り下げます。", "Withdraws a dispatched inquiry.", &Office::withdraw);
  add_act<desk::MessageCommand>(routes, "remind", "回答を督促します。", "Reminds the addressee.", &Office::remind);
}

void add_after_answer(Router& routes) {
  using desk::Office;
  add_act<desk::ReleaseReference>(routes, "retrieve", "送付された回答を受領します。", "Takes receipt of a released answer.", &Office::retrieve);
  add_act<desk::OpenCommand>(routes, "open", "理由を付けて回答を開封します。", "Opens an answer, with a reason.", &Office::open_answer);
  add_act<desk::ReleaseReference>(routes, "decline", "範囲縮小の提案を受け入れないことを伝えます。", "Declines a narrowing proposal.",
                                  &Office::decline_narrowing);
  add_act<desk::FeedbackCommand>(routes, "feedback", "回答が何につながったかを伝えます。", "Tells what the answer led to.", &Office::feedback);
  add_act<desk::CommentCommand>(routes, "close", "案件を終結します。", "Closes the matter.", &Office::close);
  add_act<desk::HandOverCommand>(routes, "hand-over", "担当を引き継ぎます。", "Hands the matter over to another officer.", &Office::hand_over);
  routes.add<None, desk::Written>(
      {"POST", "/api/matters/{matter}/retain", "inquiry", "保存期間の起算を記録します。", "Puts the matter under retention.", Access::SESSION,
       Write::KEPT},
      [](Call& call) -> Result<desk::Written> { return call.here().office.retain(call.caller, TRY(call.id<MatterId>("matter"))); });
}

}  // namespace

void add_inquiry_routes(Router& routes) {
  add_drafting(routes);
  add_spine(routes);
  add_after_answer(routes);
}

}  // namespace warifu::api
