#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/commands.h"
#include "app/inquiry_steps.h"

namespace warifu::app {

namespace {

void add_step_options(CLI::App& app, const InquiryStep& step, InquiryCommand& command) {
  using Takes = StepTakes;
  const auto reason = [&] { app.add_option("--reason", command.reason, "Why")->required(); };
  switch (step.takes) {
    case Takes::NOTHING: break;
    case Takes::SIGNATURE: app.add_option("--reason", command.reason, "Why you look at the matter, when it is asked for"); break;
    case Takes::COMMENT: app.add_option("--comment", command.comment, "A comment"); break;
    case Takes::REASON: reason(); break;
    case Takes::MESSAGE: app.add_option("--message", command.message, "A message to the other side"); break;
    case Takes::DOCUMENT_NUMBER: app.add_option("--document-number", command.document_number, "Default: made from prefix, year and serial"); break;
    case Takes::RELEASE:
      app.add_option("--release", command.release, "Which answer, by its act (default: the newest)");
      app.add_option("--message", command.message, "A message to the other side");
      break;
    case Takes::RELEASE_AND_REASON:
      app.add_option("--release", command.release, "Which answer, by its act (default: the newest)");
      reason();
      break;
    case Takes::OUTCOME:
      app.add_option("--outcome", command.outcome,
                     "SUSPECT_IDENTIFIED, ARREST, VICTIM_FOUND, DAMAGE_PREVENTED, LEAD_EXCLUDED, STILL_INVESTIGATING, NO_EFFECT")
          ->required();
      app.add_option("--message", command.message, "A message to the provider");
      break;
    case Takes::HAND_OVER:
      app.add_option("--to", command.to, "Login of the next officer")->required();
      reason();
      break;
    case Takes::DECISIONS: app.add_option("file", command.file, "JSON file with {\"decisions\": [...]}; - for the standard input"); break;
    case Takes::FINDING:
      app.add_option("--rule", command.reason, "Which rule of inspection, or what led here")->required();
      app.add_option("--text", command.message, "What was found out")->required();
      break;
    case Takes::RETURN_REASON:
      app.add_option("--reason", command.reason, "Code of the reason in the law table")->required();
      app.add_option("--message", command.message, "A message to the agency");
      break;
    case Takes::PERSONS:
      app.add_option("persons", command.persons, "Logins")->required();
      app.add_option("--comment", command.comment, "A comment");
      break;
    case Takes::LOOKUP:
      app.add_option("--item", command.item, "Number of the item")->capture_default_str();
      app.add_option("--source", command.source, "Name of the source")->required();
      break;
    case Takes::ANSWER:
      app.add_option("file", command.file, "JSON file with the answer; - for the standard input")->required();
      app.add_flag("--ready", command.ready, "Hand it to the second person");
      break;
    case Takes::ROW_COUNTS:
      app.add_option("--rows", command.rows, "Rows you counted per item: 1=3,2=0")->required();
      app.add_option("--comment", command.comment, "A comment");
      break;
    case Takes::FILE:
      app.add_option("file", command.file, "The file")->required()->check(CLI::ExistingFile);
      app.add_option("--type", command.media_type, "Media type (default: by the file's ending)");
      break;
  }
}

void add_reading(CLI::App& inquiry, int& code) {
  const auto listed = std::make_shared<InquiryCommand>();
  CLI::App* list = inquiry.add_subcommand("list", "Matters of your desk, newest first");
  list->add_option("--state", listed->states, "Only these states");
  list->add_flag("--mine", listed->is_mine, "Only what waits for you");
  list->add_flag("--overdue", listed->is_overdue, "Only what is overdue");
  list->add_option("-q,--query", listed->query, "Words or selectors to search for");
  list->add_option("--case", listed->case_number, "Case number, or its beginning");
  list->add_option("--number", listed->document_number, "Document number, or its beginning");
  list->add_option("--limit", listed->limit, "Rows")->capture_default_str();
  list->add_option("--cursor", listed->cursor, "Where the page before ended");
  add_access(*list, listed->access);
  list->callback([listed, &code] { code = run_inquiry_list(*listed); });

  const auto shown = std::make_shared<InquiryCommand>();
  CLI::App* show = inquiry.add_subcommand("show", "A matter in full; looking at it is an act");
  show->add_option("matter", shown->matter, "Document number or id")->required();
  show->add_option("--reason", shown->reason, "Why you look; asked of auditors and of colleagues whose matter it is not");
  show->add_option("--reveal", shown->reveal, "Fields whose mask is lifted");
  add_access(*show, shown->access);
  show->callback([shown, &code] { code = run_inquiry_show(*shown); });

  const auto drafted = std::make_shared<InquiryCommand>();
  CLI::App* draft = inquiry.add_subcommand("draft", "Draft an inquiry from a JSON file, or write a draft anew");
  draft->add_option("file", drafted->file, "JSON file; - for the standard input")->required();
  draft->add_option("--matter", drafted->matter, "Another draft of this matter, by number or id");
  draft->add_option("--case", drafted->case_number, "Number of the case, instead of its id in the file");
  draft->add_flag("--ready", drafted->ready, "Hand it to the supervisor");
  add_access(*draft, drafted->access);
  draft->callback([drafted, &code] { code = run_inquiry_draft(*drafted); });

  const auto oral = std::make_shared<InquiryCommand>();
  CLI::App* spoken = inquiry.add_subcommand("oral", "Record an inquiry made by telephone; the form follows with `draft --matter`");
  spoken->add_option("--case", oral->case_number, "Number of the case")->required();
  spoken->add_option("--to", oral->to, "The organisation that was asked")->required();
  spoken->add_option("--summary", oral->message, "What was asked")->required();
  spoken->add_option("--asked-at", oral->asked_at, "When, 2026-11-21T14:05:00+09:00 (default: now)");
  add_access(*spoken, oral->access);
  spoken->callback([oral, &code] { code = run_inquiry_oral(*oral); });

  const auto judged = std::make_shared<InquiryCommand>();
  CLI::App* judge = inquiry.add_subcommand("judge", "Check a draft's file item by item, with the rule and its article; nothing is stored");
  judge->add_option("file", judged->file, "JSON file as for `draft`; - for the standard input")->required();
  add_access(*judge, judged->access);
  judge->callback([judged, &code] { code = run_inquiry_judge(*judged); });

  const auto imported = std::make_shared<InquiryCommand>();
  CLI::App* import = inquiry.add_subcommand("import", "Read a CSV file into items for a draft's file; errors by row and column, nothing is stored");
  import->add_option("file", imported->file, "CSV file; its first row names the columns")->required()->check(CLI::ExistingFile);
  import->add_option("--type", imported->media_type, "Type of every selector, for a file without a column of types");
  add_access(*import, imported->access);
  import->callback([imported, &code] { code = run_inquiry_import(*imported); });
}

// What is printed or kept as a file. Whoever takes it has looked at the matter: that is an act.
void add_papers(CLI::App& inquiry, int& code) {
  const auto add = [&](const char* name, const char* help, int (*run)(const InquiryCommand&)) {
    const auto options = std::make_shared<InquiryCommand>();
    CLI::App* command = inquiry.add_subcommand(name, help);
    command->add_option("matter", options->matter, "Document number or id")->required();
    if (run == run_inquiry_file) command->add_option("name", options->file, "Name of the file, or its SHA-256")->required();
    if (run == run_inquiry_cover) command->add_option("--release", options->release, "Which answer, by its act (default: the newest that is open)");
    command->add_option("-o,--out", options->out, "File to write")->required();
    command->add_option("--reason", options->reason, "Why you look at the matter, when it is asked for");
    add_access(*command, options->access);
    command->callback([options, run, &code] { code = run(*options); });
  };
  add("paper", "Write the inquiry form as PDF", run_inquiry_paper);
  add("cover", "Write the cover sheet of an opened answer as PDF", run_inquiry_cover);
  add("file", "Write a file that came with an opened answer", run_inquiry_file);
}

}  // namespace

void add_inquiry_commands(CLI::App& root, int& code) {
  CLI::App* inquiry = root.add_subcommand("inquiry", "Inquiries from the draft to the answer, for those who sign on the command line");
  inquiry->require_subcommand(1);
  add_reading(*inquiry, code);
  add_papers(*inquiry, code);
  for (const InquiryStep& step : inquiry_steps()) {
    const auto options = std::make_shared<InquiryCommand>();
    options->step = step.name;
    CLI::App* command = inquiry->add_subcommand(std::string(step.name), std::string(step.help));
    command->add_option("matter", options->matter, "Document number or id")->required();
    add_step_options(*command, step, *options);
    add_access(*command, options->access);
    command->callback([options, &code] { code = run_inquiry(*options); });
  }

  const auto call = std::make_shared<ApiCommand>();
  CLI::App* api = root.add_subcommand("api", "Any route of the interface (see `warifu openapi`), with the same log-in");
  api->add_option("method", call->method, "GET, POST, PUT, DELETE")->required();
  api->add_option("target", call->target, "Path and query, /api/…")->required();
  api->add_option("file", call->file, "JSON file with the body; - for the standard input");
  add_access(*api, call->access);
  api->callback([call, &code] { code = run_api_call(*call); });
}

}  // namespace warifu::app
