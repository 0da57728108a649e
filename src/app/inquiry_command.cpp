#include <array>
#include <cstdio>
#include <filesystem>

#include "answer/file_types.h"
#include "app/commands.h"
#include "app/inquiry_steps.h"
#include "app/named.h"
#include "app/paper_text.h"
#include "json/codec.h"
#include "net/http.h"

namespace warifu::app {

namespace {

using party::Role;
using Takes = StepTakes;

constexpr std::array kSteps = {
    InquiryStep{"check", "check", Role::SUPERVISOR, Takes::COMMENT, "", "Supervisor: the draft has been checked and goes to approval"},
    InquiryStep{"send-back", "send-back", Role::SUPERVISOR, Takes::REASON, "", "Supervisor or approver: send the draft back"},
    InquiryStep{"approve", "approval", Role::APPROVER, Takes::SIGNATURE, "inquiry.approved", "Approve, signing the exact text with your own key"},
    InquiryStep{"number", "number", Role::REGISTRAR, Takes::DOCUMENT_NUMBER, "", "Registrar: give document number and serial, enter the register"},
    InquiryStep{"dispatch", "dispatch", Role::REGISTRAR, Takes::SIGNATURE, "inquiry.dispatched", "Dispatch, signing with your own key"},
    InquiryStep{"void", "void", Role::REGISTRAR, Takes::REASON, "", "Spoil an inquiry before dispatch; its number stays with the reason"},
    InquiryStep{"withdraw", "withdraw", Role::INVESTIGATOR, Takes::REASON, "", "Withdraw a dispatched inquiry"},
    InquiryStep{"remind", "remind", Role::INVESTIGATOR, Takes::MESSAGE, "", "Remind the addressee"},
    InquiryStep{"retrieve", "retrieve", Role::INVESTIGATOR, Takes::RELEASE, "", "Take receipt of a released answer (the newest unless --release)"},
    InquiryStep{"open", "open", Role::INVESTIGATOR, Takes::RELEASE_AND_REASON, "", "Open an answer, with a reason"},
    InquiryStep{"decline", "decline", Role::INVESTIGATOR, Takes::RELEASE, "", "Decline a narrowing proposal"},
    InquiryStep{"feedback", "feedback", Role::INVESTIGATOR, Takes::OUTCOME, "", "Tell the provider what the answer led to"},
    InquiryStep{"close", "close", Role::INVESTIGATOR, Takes::COMMENT, "", "Close the matter"},
    InquiryStep{"hand-over", "hand-over", Role::SUPERVISOR, Takes::HAND_OVER, "", "Hand the matter over to another officer"},
    InquiryStep{"retain", "retain", Role::REGISTRAR, Takes::NOTHING, "", "Put the closed matter under retention"},
    InquiryStep{"purge", "purge", Role::REGISTRAR, Takes::REASON, "", "Destroy the content after its retention; a signed receipt stays"},
    InquiryStep{"triage", "triage", Role::INTAKE, Takes::DECISIONS, "", "Provider: decide each item; without FILE as law and house rules suggest"},
    InquiryStep{"legal", "legal", Role::LEGAL, Takes::DECISIONS, "", "Provider's legal desk: decide each item, from FILE"},
    InquiryStep{"accept", "accept", Role::INTAKE, Takes::MESSAGE, "", "Provider: accept the inquiry"},
    InquiryStep{"return", "return", Role::INTAKE, Takes::RETURN_REASON, "", "Provider: return the inquiry with a reason"},
    InquiryStep{"assign", "assign", Role::INTAKE, Takes::PERSONS, "", "Provider: assign named people"},
    InquiryStep{"lookup", "lookups", Role::OPERATOR, Takes::LOOKUP, "", "Provider: look an item up in a source; this is an act"},
    InquiryStep{"attach", "files", Role::OPERATOR, Takes::FILE, "", "Provider: attach a file to the answer"},
    InquiryStep{"collect", "collect", Role::OPERATOR, Takes::ANSWER, "", "Provider: put the answer together, from FILE"},
    InquiryStep{"check-answer", "check-answer", Role::RELEASER, Takes::ROW_COUNTS, "", "Provider, second person: check the answer by its row counts"},
    InquiryStep{"send-back-answer", "send-back-answer", Role::RELEASER, Takes::REASON, "", "Provider: send the answer back to the operator"},
    InquiryStep{"release", "release", Role::RELEASER, Takes::SIGNATURE, "answer.released", "Provider: release the answer, signing with your own key"},
    InquiryStep{"finding", "findings", Role::AUDITOR, Takes::FINDING, "", "Auditor: write down what was found out about a matter"},
};

Result<const InquiryStep*> step_named(std::string_view name) {
  for (const InquiryStep& step : kSteps)
    if (step.name == name) return &step;
  return fail(Code::NOT_FOUND, "no such step", std::string(name));
}

// The release meant: the one given, or the newest that still counts.
Result<std::string> release_of(Door& door, const std::string& matter, const InquiryCommand& command) {
  if (!command.release.empty()) return TRY(Sha256::parse(command.release)).hex();
  const desk::MatterView view = TRY(json::decode<desk::MatterView>(TRY(view_of(door, matter, command.reason, {}))));
  for (auto release = view.releases.rbegin(); release != view.releases.rend(); ++release)
    if (!release->is_overridden && !release->is_purged) return release->act.hex();
  return fail(Code::NOT_FOUND, "no answer has been released", "--release");
}

// "1=3,2=0" as row counts.
Result<json::Value> row_counts(const std::string& text) {
  json::Array out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    const std::string part = text.substr(from, end - from);
    const std::size_t equals = part.find('=');
    const auto number = [](const std::string& digits) {
      return !digits.empty() && digits.size() < 7 && digits.find_first_not_of("0123456789") == std::string::npos;
    };
    if (equals == std::string::npos || !number(part.substr(0, equals)) || !number(part.substr(equals + 1)))
      return fail(Code::BAD_VALUE, "item=rows, with commas", "--rows", {{"expected", "1=3,2=0"}});
    out.push_back(json::Object{{"no", std::stoi(part.substr(0, equals))}, {"rows", std::stoi(part.substr(equals + 1))}});
    from = end + 1;
  }
  return json::Value(std::move(out));
}

// What the route takes, made from the options.
Result<json::Value> body_of(Door& door, const InquiryStep& step, const std::string& matter, const InquiryCommand& command) {
  json::Object body;
  switch (step.takes) {
    case Takes::NOTHING:
    case Takes::SIGNATURE:
    case Takes::FILE: break;
    case Takes::COMMENT: body["comment"] = command.comment; break;
    case Takes::REASON: body["reason"] = command.reason; break;
    case Takes::MESSAGE: body["message"] = command.message; break;
    case Takes::DOCUMENT_NUMBER:
      if (!command.document_number.empty()) body["document_number"] = command.document_number;
      break;
    case Takes::RELEASE:
      body["of"] = TRY(release_of(door, matter, command));
      body["message"] = command.message;
      break;
    case Takes::RELEASE_AND_REASON:
      body["of"] = TRY(release_of(door, matter, command));
      body["reason"] = command.reason;
      break;
    case Takes::OUTCOME:
      body["outcome"] = command.outcome;
      body["message"] = command.message;
      break;
    case Takes::HAND_OVER:
      body["to"] = member_text(TRY(person_named(door, command.to)), "id");
      body["reason"] = command.reason;
      break;
    case Takes::DECISIONS: {
      if (command.file.empty() && step.name != "triage") return fail(Code::MISSING_FIELD, "the decisions", "FILE");
      return command.file.empty() ? door.call("GET", "/api/matters/" + matter + "/triage", std::nullopt) : read_json_file(command.file);
    }
    case Takes::FINDING:
      body["rule"] = command.reason;
      body["text"] = command.message;
      break;
    case Takes::RETURN_REASON:
      body["reason"] = command.reason;
      body["message"] = command.message;
      break;
    case Takes::PERSONS: {
      json::Array persons;
      for (const std::string& login : command.persons) persons.push_back(json::Value(member_text(TRY(person_named(door, login)), "id")));
      body["persons"] = std::move(persons);
      body["comment"] = command.comment;
      break;
    }
    case Takes::LOOKUP:
      body["no"] = command.item;
      body["source"] = command.source;
      break;
    case Takes::ANSWER: {
      body["answer"] = TRY(read_json_file(command.file));
      body["ready"] = command.ready;
      break;
    }
    case Takes::ROW_COUNTS:
      body["row_counts"] = TRY(row_counts(command.rows));
      body["comment"] = command.comment;
      break;
  }
  return json::Value(std::move(body));
}

// Prepared, shown, signed here, handed in.
Result<json::Value> sign_step(Door& door, const InquiryStep& step, const std::string& matter, const InquiryCommand& command) {
  const std::string route = "/api/matters/" + matter + "/" + std::string(step.route);
  const desk::MatterView view = TRY(json::decode<desk::MatterView>(TRY(view_of(door, matter, command.reason, command.reveal))));
  const desk::Prepared prepared = TRY(json::decode<desk::Prepared>(TRY(door.call("POST", route + "/prepare", std::nullopt))));
  const std::string shown = TRY(shown_before_signing(law::Catalogue::built_in(), prepared, view, std::string(step.kind)));
  std::fprintf(stderr, "%s", shown.c_str());
  const note::Signer signer = TRY(door.key());
  if (signer.verifier().name != prepared.signer)
    return fail(Code::KEY_UNKNOWN, "the key file is of somebody else", "--keyfile", {{"key", signer.verifier().name}});
  return door.call(
      "POST", route,
      json::Value(json::Object{{"text", prepared.text}, {"body", prepared.body}, {"signature", TRY(signer.sign(prepared.text)).text()}}));
}

// By the name's ending; what is not on the list the server refuses with the list.
std::string media_type_of(const InquiryCommand& command) {
  if (!command.media_type.empty()) return command.media_type;
  const answer::FileType* type = answer::file_type_by_extension(answer::extension_of(command.file));
  return type == nullptr ? "application/octet-stream" : std::string(type->media_type);
}

Result<json::Value> run_step(const InquiryCommand& command) {
  const InquiryStep& step = *TRY(step_named(command.step));
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(step.role));
  const std::string matter = TRY(matter_named(*door, command.matter));
  if (step.takes == Takes::SIGNATURE) return sign_step(*door, step, matter, command);
  const std::string route = "/api/matters/" + matter + "/" + std::string(step.route);
  if (step.takes == Takes::FILE)
    return door->upload(route + "?name=" + net::percent_encode(std::filesystem::path(command.file).filename().string()), command.file,
                        media_type_of(command));
  if (step.takes == Takes::NOTHING) return door->call("POST", route, std::nullopt);
  return door->call("POST", route, TRY(body_of(*door, step, matter, command)));
}

Result<json::Value> list(const InquiryCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(door->who().side == party::Side::AGENCY ? Role::INVESTIGATOR : Role::INTAKE));
  std::string target = "/api/matters?limit=" + std::to_string(command.limit);
  for (const std::string& state : command.states) target += "&state=" + net::percent_encode(state);
  if (command.is_mine) target += "&mine=true";
  if (command.is_overdue) target += "&overdue=true";
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"q", command.query},
                                    {"case_number", command.case_number},
                                    {"number", command.document_number},
                                    {"cursor", command.cursor}})
    if (!value.empty()) target += "&" + std::string(name) + "=" + net::percent_encode(value);
  return door->call("GET", target, std::nullopt);
}

Result<json::Value> show(const InquiryCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(door->who().side == party::Side::AGENCY ? Role::INVESTIGATOR : Role::INTAKE));
  return view_of(*door, TRY(matter_named(*door, command.matter)), command.reason, command.reveal);
}

Result<json::Value> draft(const InquiryCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::INVESTIGATOR));
  json::Value body = TRY(read_json_file(command.file));
  if (!body.is_object()) return fail(Code::WRONG_TYPE, "a draft is an object", command.file, {{"expected", "object"}});
  if (command.ready) body.as_object()["ready"] = true;
  if (!command.case_number.empty()) body.as_object()["case_id"] = TRY(case_named(*door, command.case_number));
  if (command.matter.empty()) return door->call("POST", "/api/inquiries", body);
  return door->call("PUT", "/api/matters/" + TRY(matter_named(*door, command.matter)) + "/draft", body);
}

Result<json::Value> record_oral(const InquiryCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::INVESTIGATOR));
  json::Object body;
  body["case_id"] = TRY(case_named(*door, command.case_number));
  body["to"] = command.to;
  body["summary"] = command.message;
  body["asked_at"] = command.asked_at.empty() ? to_rfc3339(now_utc()) : command.asked_at;
  return door->call("POST", "/api/inquiries/oral", json::Value(std::move(body)));
}

// A draft's file as it would be drafted: what is wrong with it, and the lane and rule of each item. Nothing is stored.
Result<json::Value> judge(const InquiryCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::INVESTIGATOR));
  const desk::DraftCommand draft = TRY(json::decode<desk::DraftCommand>(TRY(read_json_file(command.file))));
  desk::JudgeCommand asked;
  asked.to = draft.to;
  asked.form = draft.form;
  for (const desk::DraftItem& item : draft.items)
    asked.items.push_back({item.selector, item.period, item.categories, item.asks_registration_address});
  return door->call("POST", "/api/inquiries/judge", json::encode(asked));
}

Result<json::Value> read_items(const InquiryCommand& command) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(Role::INVESTIGATOR));
  const std::string type = command.media_type.empty() ? std::string() : "?type=" + net::percent_encode(command.media_type);
  return door->upload("/api/inquiries/import" + type, command.file, "text/csv");
}

// Whoever prints has looked: the view is an act, as on the page.
Result<json::Value> save_of_matter(const InquiryCommand& command,
                                   const std::function<Result<std::string>(const desk::MatterView& view)>& behind_the_matter) {
  const std::unique_ptr<Door> door = TRY(open_door(command.access));
  TRY(door->use_role(door->who().side == party::Side::AGENCY ? Role::INVESTIGATOR : Role::INTAKE));
  const std::string matter = TRY(matter_named(*door, command.matter));
  const desk::MatterView view = TRY(json::decode<desk::MatterView>(TRY(view_of(*door, matter, command.reason, {}))));
  return save(*door, "/api/matters/" + matter + TRY(behind_the_matter(view)), command.out);
}

Result<json::Value> save_paper(const InquiryCommand& command) {
  return save_of_matter(command, [](const desk::MatterView&) -> Result<std::string> { return std::string("/paper.pdf"); });
}

Result<json::Value> save_cover(const InquiryCommand& command) {
  return save_of_matter(command, [&](const desk::MatterView& view) -> Result<std::string> {
    for (auto release = view.releases.rbegin(); release != view.releases.rend(); ++release)
      if (command.release.empty() ? release->is_open : release->act.hex() == command.release) return "/releases/" + release->act.hex() + "/cover.pdf";
    return fail(Code::NOT_FOUND, "no answer of this matter is open to you; `inquiry open` opens one", "--release");
  });
}

// A file that came with an answer, by its name or its SHA-256. What arrives is what the answer names, or it is not kept.
Result<json::Value> save_file(const InquiryCommand& command) {
  std::string wanted;
  json::Value saved = TRY(save_of_matter(command, [&](const desk::MatterView& view) -> Result<std::string> {
    std::vector<const inquiry::Answer*> answers;
    if (view.collected) answers.push_back(&*view.collected);
    for (auto release = view.releases.rbegin(); release != view.releases.rend(); ++release)
      if (release->answer) answers.push_back(&*release->answer);
    for (const inquiry::Answer* answer : answers)
      for (const inquiry::ItemAnswer& item : answer->items)
        for (const inquiry::FileRef& file : item.files)
          if (file.name == command.file || file.sha256.hex() == command.file) {
            wanted = file.sha256.hex();
            return "/files/" + wanted;
          }
    return fail(Code::NOT_FOUND, "no answer that is open to you has this file", command.file);
  }));
  if (member_text(saved, "sha256") == wanted) return saved;
  std::error_code ignored;
  std::filesystem::remove(command.out, ignored);
  return fail(Code::TEXT_DIFFERS, "the file is not the one that the answer names", command.file);
}

void print_saved(const json::Value& saved) {
  std::printf("%s  %lld  SHA-256 %s\n", member_text(saved, "file").c_str(), static_cast<long long>(saved.as_object().at("bytes").as_int64()),
              member_text(saved, "sha256").c_str());
}

void print_pretty(const json::Value& answer) { std::printf("%s\n", json::pretty(answer).c_str()); }

void print_written(const json::Value& done) {
  const std::string matter = member_text(done, "matter"), state = member_text(done, "state");
  if (matter.empty() || state.empty()) return print_pretty(done);
  std::printf("%s  %s", matter.c_str(), state.c_str());
  if (const std::string provider = member_text(done, "provider_state"); !provider.empty() && provider != "NONE")
    std::printf("  %s", provider.c_str());
  std::printf("  %s\n", member_text(done, "number").c_str());
}

// The state of a row, and that it waits for its check, which a draft's state alone does not say.
std::string listed_state(const json::Value& row) {
  const std::string state = member_text(row, "state");
  return member_text(row, "turn") == "CHECK" ? state + "/CHECK" : state;
}

}  // namespace

std::span<const InquiryStep> inquiry_steps() { return kSteps; }

int run_inquiry(const InquiryCommand& command) { return finish(run_step(command), command.access.json, print_written); }

int run_inquiry_list(const InquiryCommand& command) {
  return finish(list(command), command.access.json, [](const json::Value& page) {
    for (const json::Value& row : page.as_object().at("rows").as_array())
      std::printf("%s  %-18s %-24s %-10s %s  %s\n", member_text(row, "matter").c_str(), listed_state(row).c_str(), member_text(row, "number").c_str(),
                  member_text(row, "due").c_str(), member_text(row, "counterparty_name_ja").c_str(), member_text(row, "subject").c_str());
    if (const std::string next = member_text(page, "next"); !next.empty()) std::printf("--cursor %s\n", next.c_str());
  });
}

int run_inquiry_show(const InquiryCommand& command) {
  return finish(show(command), command.access.json, [](const json::Value& shown) {
    const Result<desk::MatterView> view = json::decode<desk::MatterView>(shown);
    std::printf("%s", view ? matter_text(law::Catalogue::built_in(), *view).c_str() : json::pretty(shown).c_str());
  });
}

int run_inquiry_draft(const InquiryCommand& command) { return finish(draft(command), command.access.json, print_written); }
int run_inquiry_oral(const InquiryCommand& command) { return finish(record_oral(command), command.access.json, print_written); }
int run_inquiry_judge(const InquiryCommand& command) { return finish(judge(command), command.access.json, print_pretty); }
int run_inquiry_import(const InquiryCommand& command) { return finish(read_items(command), command.access.json, print_pretty); }
int run_inquiry_paper(const InquiryCommand& command) { return finish(save_paper(command), command.access.json, print_saved); }
int run_inquiry_cover(const InquiryCommand& command) { return finish(save_cover(command), command.access.json, print_saved); }
int run_inquiry_file(const InquiryCommand& command) { return finish(save_file(command), command.access.json, print_saved); }

int run_api_call(const ApiCommand& command) {
  const auto call = [&]() -> Result<json::Value> {
    const std::unique_ptr<Door> door = TRY(open_door(command.access));
    if (!command.access.role.empty()) TRY(door->use_role(door->who().role));
    std::optional<json::Value> body;
    if (!command.file.empty()) body = TRY(read_json_file(command.file));
    return door->call(command.method, command.target, body);
  };
  return finish(call(), command.access.json, [](const json::Value& answer) { std::printf("%s", json::pretty(answer).c_str()); });
}

}  // namespace warifu::app
