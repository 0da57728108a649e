#include <cstdio>

#include "api/paper.h"
#include "app/commands.h"
#include "app/named.h"
#include "app/node.h"
#include "base/file.h"
#include "exchange/evidence.h"
#include "inquiry/bodies.h"

namespace warifu::app {

namespace {

constexpr std::size_t kBundleBytesMax = 1024ull * 1024 * 1024;
constexpr std::size_t kPolicyBytesMax = 64 * 1024;
constexpr int kNotAllProven = 3;  // nothing is wrong, and of some message only the hub's promise is there

struct Number {
  party::OrganisationId org;
  std::string document;
};

Result<Number> parse_number(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    return fail(Code::BAD_VALUE, "not <organisation>:<document number>", "number", {{"expected", "police.example:架空第1号"}});
  return Number{TRY(party::OrganisationId::parse(text.substr(0, colon))), text.substr(colon + 1)};
}

struct Exported {
  std::size_t acts = 0;
  std::vector<desk::UnprovenMessage> unproven;
};

Result<Exported> export_evidence(const EvidenceExport& command) {
  const Number number = TRY(parse_number(command.number));
  const party::OrganisationId as = command.as.empty() ? number.org : TRY(party::OrganisationId::parse(command.as));
  const std::unique_ptr<Node> node = TRY(open_node(command.data, false));  // only reads
  Hosted* hosted = node->find(as);
  if (hosted == nullptr) return fail(Code::NOT_FOUND, "the organisation is not hosted here", as.text());
  const MatterId matter = TRY(matter_in(*hosted, number.org, number.document));
  // Under its number also when it was named by its id.
  const Result<inquiry::MatterRow> row = hosted->store->row(matter);
  const std::string document = MatterId::parse(number.document) && row ? row->number : number.document;
  desk::EvidenceBundle bundle = TRY(hosted->office->evidence(matter, document, api::evidence_paper(hosted->office->law())));
  TRY(write_file_durably(command.out, bytes_of(bundle.archive), 0600));
  return Exported{TRY(hosted->store->acts(matter)).size(), std::move(bundle.unproven)};
}

void print_exported(const EvidenceExport& command, const Exported& exported) {
  std::printf("%s (%zu)\n", command.out.c_str(), exported.acts);
  for (const desk::UnprovenMessage& one : exported.unproven)
    std::printf("    %s  %s  未証明 not proven yet: %s\n", one.entry.c_str(), one.message.hex().c_str(),
                one.is_logged ? "記録簿に記載済み、証人の連署待ち in the log, not cosigned by those whom root.vkey wants"
                              : "記録簿への記載待ち promised, not in the log");
  if (!exported.unproven.empty())
    std::printf(
        "証明できない通信が %zu 件あります。一分ほど後に取り直してください。\n%zu messages are not proven yet. Take the evidence again in a "
        "minute.\n",
        exported.unproven.size(), exported.unproven.size());
}

json::Object exported_json(const EvidenceExport& command, const Exported& exported) {
  json::Array unproven;
  for (const desk::UnprovenMessage& one : exported.unproven)
    unproven.push_back(json::Object{{"entry", one.entry}, {"message", one.message.hex()}, {"waits_for", one.is_logged ? "quorum" : "log"}});
  return json::Object{
      {"ok", true}, {"file", command.out}, {"acts", exported.acts}, {"proven", exported.unproven.empty()}, {"unproven", std::move(unproven)}};
}

void print_crossing(const exchange::CheckedCrossing& crossing) {
  std::string to, cosigned;
  for (const std::string& org : crossing.to) to += (to.empty() ? "" : ", ") + org;
  for (const std::string& name : crossing.cosigned_by) cosigned += (cosigned.empty() ? "" : ", ") + name;
  std::printf("    送付 sent %s -> %s  message %s\n", crossing.from.c_str(), to.c_str(), crossing.message.hex().c_str());
  if (crossing.log_size)
    std::printf("    記録簿 log %s index %llu of %llu  連署 cosigned by %s%s\n", crossing.log.c_str(),
                static_cast<unsigned long long>(crossing.index), static_cast<unsigned long long>(*crossing.log_size),
                cosigned.empty() ? "-" : cosigned.c_str(), crossing.is_text_checked ? "" : "  (text purged)");
  else
    std::printf("    記録簿 log %s index %llu promised, 未記載 not in the log yet\n", crossing.log.c_str(),
                static_cast<unsigned long long>(crossing.index));
}

void print_report(const exchange::EvidenceReport& report) {
  std::printf("%s:%s\n", report.org.text().c_str(), report.number.c_str());
  std::printf("状態 state %s   名簿 directory %s (%zu)   作成 exported %s\n\n", std::string(enum_text(report.state)).c_str(), report.root.c_str(),
              report.directory_size, to_rfc3339_tokyo(report.created).c_str());
  for (const exchange::EvidenceAct& act : report.acts) {
    const inquiry::KindRule& rule = inquiry::rule_of(act.act.kind);
    std::printf("%s  %-12s %-22s %s %s %s%s%s\n", to_rfc3339_tokyo(act.act.at).c_str(), std::string(rule.name_ja).c_str(),
                std::string(rule.name_en).c_str(), act.act.org.text().c_str(), std::string(enum_text(act.act.role)).c_str(),
                act.act.person ? act.act.person->hex().c_str() : "-", act.is_purged ? "  (purged)" : "",
                act.effect.effect == inquiry::Effect::APPLIED ? "" : ("  " + std::string(enum_text(act.effect.effect))).c_str());
    for (const exchange::EvidenceSignature& signature : act.signatures)
      std::printf("    %s %s+%s  有効 %s から   entry %zu\n", signature.is_passkey ? "パスキー passkey" : "署名", signature.name.c_str(),
                  signature.key_id.c_str(), to_rfc3339_tokyo(signature.valid_from).c_str(), signature.entry);
    if (act.crossing) print_crossing(report.crossings[*act.crossing]);
  }
  if (report.is_admission_unchecked)
    std::printf(
        "\n--root の文書に加入承認者の鍵(# admit の行)がないため、加入が二人に承認されたことは確かめていません。\nThe file given as --root names no "
        "admitters (lines # admit): that two people admitted these organisations is not checked.\n");
  if (report.unproven() > 0)
    std::printf(
        "\n中継者の約束だけで、記録簿への記載を証明できない通信が %zu 件あります。\nOf %zu messages there is the hub's promise only: their place in "
        "the "
        "log is not proven.\n",
        report.unproven(), report.unproven());
}

json::Value crossing_json(const exchange::CheckedCrossing& crossing) {
  json::Array to, cosigned_by;
  for (const std::string& org : crossing.to) to.emplace_back(org);
  for (const std::string& name : crossing.cosigned_by) cosigned_by.emplace_back(name);
  return json::Object{{"message", crossing.message.hex()},
                      {"from", crossing.from},
                      {"to", std::move(to)},
                      {"created", to_rfc3339(crossing.created)},
                      {"promised", to_rfc3339(crossing.promised)},
                      {"log", crossing.log},
                      {"index", crossing.index},
                      {"log_size", crossing.log_size ? json::Value(*crossing.log_size) : json::Value(nullptr)},
                      {"cosigned_by", std::move(cosigned_by)},
                      {"text_checked", crossing.is_text_checked}};
}

json::Object report_json(const exchange::EvidenceReport& report) {
  json::Array acts;
  for (const exchange::EvidenceAct& act : report.acts) {
    json::Array signatures;
    for (const exchange::EvidenceSignature& s : act.signatures)
      signatures.push_back(json::Object{{"name", s.name},
                                        {"key_id", s.key_id},
                                        {"by", s.is_passkey ? "passkey" : "key"},
                                        {"valid_from", to_rfc3339(s.valid_from)},
                                        {"valid_until", to_rfc3339(s.valid_until)},
                                        {"directory_entry", s.entry}});
    acts.push_back(json::Object{{"entry", act.entry},
                                {"act", act.hash.hex()},
                                {"kind", enum_text(act.act.kind)},
                                {"org", act.act.org.text()},
                                {"role", enum_text(act.act.role)},
                                {"person", act.act.person ? act.act.person->hex() : "-"},
                                {"at", to_rfc3339(act.act.at)},
                                {"effect", enum_text(act.effect.effect)},
                                {"purged", act.is_purged},
                                {"crossing", act.crossing ? json::Value(*act.crossing) : json::Value(nullptr)},
                                {"signatures", std::move(signatures)}});
  }
  json::Array crossings;
  for (const exchange::CheckedCrossing& crossing : report.crossings) crossings.push_back(crossing_json(crossing));
  return json::Object{{"ok", true},
                      {"org", report.org.text()},
                      {"number", report.number},
                      {"matter", report.matter.hex()},
                      {"state", enum_text(report.state)},
                      {"root", report.root},
                      {"directory_size", report.directory_size},
                      {"admission_unchecked", report.is_admission_unchecked},
                      {"exported", to_rfc3339(report.created)},
                      {"proven", report.unproven() == 0},
                      {"unproven", static_cast<std::int64_t>(report.unproven())},
                      {"acts", std::move(acts)},
                      {"crossings", std::move(crossings)}};
}

Result<std::size_t> rebuild(const RebuildCommand& command, std::size_t& matters) {
  const std::unique_ptr<Node> node = TRY(open_node(command.data, !command.check));
  std::size_t differing = 0;
  for (Hosted* hosted : node->hosted()) {
    differing += TRY(hosted->office->rebuild(command.check));
    TRY(hosted->store->each_row({}, [&](const inquiry::MatterRow&) -> Status {
      ++matters;
      return {};
    }));
  }
  return differing;
}

}  // namespace

int run_evidence_export(const EvidenceExport& command) {
  const Result<Exported> exported = export_evidence(command);
  if (!exported) return report(exported.error(), command.json);
  if (command.json)
    std::printf("%s\n", json::compact(exported_json(command, *exported)).c_str());
  else
    print_exported(command, *exported);
  return exported->unproven.empty() ? 0 : kNotAllProven;
}

int run_evidence_verify(const EvidenceVerify& command) {
  constexpr int kNoRoot = 2;
  if (command.root.empty()) {
    if (command.json)
      report(Error{Code::MISSING_FIELD, "the directory's key (root.vkey) is not named", "--root", {}}, true);
    else
      std::fprintf(stderr,
                   "warifu: --root がありません。名簿の公開鍵(root.vkey)を指定してください。\n        --root is missing: give the directory's key "
                   "(root.vkey)\n");
    return kNoRoot;
  }
  const Result<std::string> policy_text = file_named(command.root, kPolicyBytesMax);
  const Result<note::Policy> policy = policy_text ? note::Policy::parse(*policy_text) : tl::unexpected<Error>(policy_text.error());
  const Result<std::vector<note::VerifierKey>> admitters = policy ? exchange::admitters_of(*policy_text) : tl::unexpected<Error>(policy.error());
  if (!admitters) {
    report(admitters.error(), command.json);
    return kNoRoot;
  }
  const Result<std::string> bundle = file_named(command.file, kBundleBytesMax);
  if (!bundle) return report(bundle.error(), command.json);
  const Result<exchange::EvidenceReport> verified = exchange::verify_evidence(*bundle, *policy, *admitters);
  if (!verified) return report(verified.error(), command.json);
  if (command.json)
    std::printf("%s\n", json::compact(report_json(*verified)).c_str());
  else
    print_report(*verified);
  return verified->unproven() == 0 ? 0 : kNotAllProven;
}

int run_rebuild(const RebuildCommand& command) {
  std::size_t matters = 0;
  const Result<std::size_t> differing = rebuild(command, matters);
  if (!differing) return report(differing.error(), command.json);
  const bool is_ok = !command.check || *differing == 0;
  if (command.json)
    std::printf("%s\n", json::compact(json::Object{{"ok", is_ok}, {"matters", matters}, {"differing", *differing}}).c_str());
  else
    std::printf("%zu matters, %zu differed%s\n", matters, *differing, command.check ? "" : ", rebuilt");
  return is_ok ? 0 : 1;
}

}  // namespace warifu::app
