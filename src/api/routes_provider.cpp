// The provider's side of an inquiry.

#include "api/routes.h"
#include "desk/earlier.h"
#include "net/byte_range.h"
#include "net/upload.h"

namespace warifu::api {

namespace {

template <class Command>
using Act = Result<desk::Written> (desk::Office::*)(const desk::Caller&, const MatterId&, const Command&);

template <class Command>
void add_act(Router& routes, std::string_view step, std::string_view ja, std::string_view en, Act<Command> act,
             std::uint64_t body_max = limits::kHttpJsonBytesMax) {
  routes.add<Command, desk::Written>(
      {"POST", "/api/matters/{matter}/" + std::string(step), "provider", ja, en, Access::SESSION, Write::KEPT, 200, body_max},
      [act](Call& call, const Command& body) -> Result<desk::Written> {
        return (call.here().office.*act)(call.caller, TRY(call.id<MatterId>("matter")), body);
      });
}

// A file arrives beside the request on disk; a small one given in memory is written there first.
Result<Answer> upload(Call& call, const UploadQuery& query) {
  const MatterId matter = TRY(call.id<MatterId>("matter"));
  if (call.request.body_size == 0 && call.request.body.empty()) return fail(Code::EMPTY_FIELD, "an empty file", "body");
  std::string_view type = call.request.header("content-type").value_or("");
  type = type.substr(0, type.find(';'));
  if (type.empty())
    return fail(Code::BAD_MEDIA_TYPE, "a file has a type", "Content-Type", {{"expected", "Content-Type: application/pdf, text/csv …"}});
  net::TempFile held;
  std::string path;
  if (call.request.body_file) {
    path = call.request.body_file->string();
  } else {
    held = TRY(net::TempFile::create(call.options.temp_directory.empty() ? std::filesystem::temp_directory_path() : call.options.temp_directory));
    TRY(held.write(call.request.body));
    path = held.path().string();
  }
  // What came over the network lies in a file of ours, which may become the matter's; a command's file stays its owner's.
  const desk::Handover how = held.is_open() || call.is_body_ours ? desk::Handover::MOVE : desk::Handover::COPY;
  return Answer{json::encode(TRY(call.here().office.attach(call.caller, matter, query.name, type, path, how))), {}};
}

// Never shown by a browser in place: a provider's file is saved, not run. A download that broke off goes on where it stopped.
Result<Answer> download(Call& call, const DownloadQuery& query) {
  const Sha256 file = TRY(call.id<Sha256>("file"));
  const std::string path = TRY(call.here().office.file_path(call.caller, TRY(call.id<MatterId>("matter")), file));
  net::Response response = TRY(net::file_response(call.request, path, file.hex()));
  Answer answer;
  if (response.status < 300) {
    response.set("Content-Type", "application/octet-stream");
    std::string disposition = "attachment";
    if (!query.name.empty()) disposition += "; filename*=UTF-8''" + net::percent_encode(query.name);  // RFC 6266 section 4.3
    response.set("Content-Disposition", disposition);
  }
  answer.response = std::move(response);
  return answer;
}

void add_gate(Router& routes) {
  using desk::Office;
  routes.add<None, Decisions>({"GET", "/api/matters/{matter}/triage", "provider", "法令の表と自社の規則による振り分けの案です。",
                               "The triage that the law's table and the house rules suggest."},
                              [](Call& call) -> Result<Decisions> {
                                return Decisions{TRY(call.here().office.suggest_triage(call.caller, TRY(call.id<MatterId>("matter"))))};
                              });
  routes.add<None, desk::EarlierDecisions>(
      {"GET", "/api/matters/{matter}/earlier-decisions", "provider", "同じ規則について法務担当が先に下した判断です。照会対象では選びません。",
       "What the legal desk decided before under the same rules; never chosen by the selector."},
      [](Call& call) -> Result<desk::EarlierDecisions> {
        return desk::earlier_decisions(call.here().office, call.caller, TRY(call.id<MatterId>("matter")));
      });
  add_act<desk::DecisionsCommand>(routes, "triage", "照会事項ごとに、受付、要令状、法務確認、差戻し、範囲縮小に振り分けます。",
                                  "Decides each item: accept, needs a warrant, legal desk, return, narrow.", &Office::triage, limits::kJsonBytesMax);
  add_act<desk::DecisionsCommand>(routes, "legal", "法務確認の判断を記録します。", "Records the legal desk's decision.", &Office::decide_legal,
                                  limits::kJsonBytesMax);
  add_act<desk::AcceptCommand>(routes, "accept", "照会を受け付けます。", "Accepts the inquiry.", &Office::accept);
  add_act<desk::ReturnCommand>(routes, "return", "理由を付けて照会を差し戻します。", "Returns the inquiry with a reason.", &Office::return_inquiry);
  add_act<desk::AssignCommand>(routes, "assign", "回答を作る担当者を決めます。", "Assigns named people.", &Office::assign);
}

void add_answering(Router& routes) {
  using desk::Office;
  routes.add<desk::LookupCommand, desk::LookupView>(
      {"POST", "/api/matters/{matter}/lookups", "provider", "照会事項について情報源を引きます。手続記録に残ります。",
       "Looks an item up in a source; this is an act.", Access::SESSION, Write::DIGEST},
      [](Call& call, const desk::LookupCommand& body) -> Result<desk::LookupView> {
        return call.here().office.look_up(call.caller, TRY(call.id<MatterId>("matter")), body);
      });
  routes.add<None, desk::FileLimits>({"GET", "/api/answer-files", "provider", "回答に添えられるファイルの種類と、その大きさの上限です。",
                                      "What may be attached to an answer here, and how large it may be."},
                                     [](Call& call) -> Result<desk::FileLimits> { return call.here().office.file_limits(); });
  routes.add_raw<UploadQuery, inquiry::FileRef>(
      {"POST", "/api/matters/{matter}/files", "provider",
       "回答に添えるファイルを送ります。本体がファイルそのもので、大きさの上限は /api/answer-files にあります。",
       "Uploads a file for the answer; the body is the file itself, and how large it may be says /api/answer-files.", Access::SESSION, Write::DIGEST,
       201, limits::kFileBytesCeiling},
      Payload::FILE, Payload::JSON, upload);
  routes.add_raw<DownloadQuery, None>(
      {"GET", "/api/matters/{matter}/files/{file}", "provider", "ファイルを取り出します。途中からも取り出せます(Range、If-Range)。",
       "Downloads a file, by its SHA-256; also a part of it (Range, If-Range)."},
      Payload::NONE, Payload::FILE, download);
  add_act<desk::CollectCommand>(routes, "collect", "照会事項ごとの結果をまとめます。", "Puts the answer together, item by item.", &Office::collect,
                                limits::kJsonBytesMax);
  add_act<desk::AnswerCheckCommand>(routes, "check-answer", "別の人が件数を確かめます。", "A second person checks the answer by its row counts.",
                                    &Office::check_answer);
  add_act<desk::ReasonCommand>(routes, "send-back-answer", "理由を付けて回答を作成者へ戻します。", "Sends the answer back with a reason.",
                               &Office::send_back_answer);
  routes.add<None, desk::Prepared>(
      {"POST", "/api/matters/{matter}/release/prepare", "provider", "送付で署名する文を作ります。", "Makes the text that a release signs."},
      [](Call& call) -> Result<desk::Prepared> { return call.here().office.prepare_release(call.caller, TRY(call.id<MatterId>("matter"))); });
  add_act<desk::SignedCommand>(routes, "release", "回答を送付します。確認者自身の署名が要ります。",
                               "Releases the answer, under the releaser's own signature.", &Office::release, limits::kJsonBytesMax);
}

}  // namespace

void add_provider_routes(Router& routes) {
  add_gate(routes);
  add_answering(routes);
}

}  // namespace warifu::api
