#pragma once
// The command line: one group of commands per file, each a function from options to an exit code (0 done, 1 it failed, 2 wrong use).

#include <string>
#include <vector>

#include "app/door.h"
#include "base/error.h"

namespace warifu::app {

int run_command_line(int argc, char** argv);

// Says what is wrong in Japanese and English on the standard error output, or as JSON on the standard output.
int report(const Error& error, bool as_json);

struct DemoCommand {
  std::string data, listen = "127.0.0.1:8080", store_url;
  bool once = false, json = false, separate = false;
  std::size_t customers = 100'000;
};
int run_demo(const DemoCommand& command);
int serve_demo(const DemoCommand& command);

// ── a member of an exchange ──

struct JoinCommand {
  std::string invitation, data, name_ja, name_en, address, telephone, kind, recipient_class, store_url, root;
  bool no_wait = false, json = false;
};
int run_org_join(const JoinCommand& command);

struct EnvelopeCommand {
  std::string data, message, out;
  int limit = 50;
  bool sealed = false, proof = false, json = false;
};
int run_envelope_list(const EnvelopeCommand& command);
int run_envelope_export(const EnvelopeCommand& command);

struct IncidentCommand {
  Access access;  // without a login on a folder: as the node's owner, who may look and end nothing
  std::string comment;
  std::int64_t examined = 0, evidence = 0;
};
int run_incidents(const IncidentCommand& command);

struct DemoNodeCommand {
  std::string data, org, invitation, listen, store_url;
  std::size_t customers = 100'000;
  std::uint16_t bench_port = 0;  // of the load that `bench exchange` asks for; 0: none
};
int run_demo_node(const DemoNodeCommand& command);

struct EvidenceExport {
  std::string number, data, out, as;
  bool json = false;
};
int run_evidence_export(const EvidenceExport& command);

struct EvidenceVerify {
  std::string file, root;
  bool json = false;
};
int run_evidence_verify(const EvidenceVerify& command);

struct RebuildCommand {
  std::string data;
  bool check = false, json = false;
};
int run_rebuild(const RebuildCommand& command);

struct AuditCommand {
  std::vector<std::string> data, months;
  std::string state;  // what was seen at the last visit
  bool offline = false, json = false;
};
int run_audit(const AuditCommand& command);

int run_openapi();  // prints the description of the interface

// ── a node ──

struct InitCommand {
  std::string data, org, name_ja, name_en, side, address, telephone, kind, recipient_class, hub, store_url, root_folder;
  std::string keys_module, keys_token, keys_pin_file, keys_seal;  // written into DIR/warifu.toml
  std::string admin_login = "admin", admin_name, admin_post;
  // of a hub or a witness
  std::string role = "node", url, network;
  std::vector<std::string> hosts;
  bool passphrase_stdin = false;
  bool json = false;
};
int run_init(const InitCommand& command);
int run_init_hub(const InitCommand& command);
int run_init_witness(const InitCommand& command);

struct ServeCommand {
  std::string config, data, listen, origin;
  bool check = false, json = false;
};
int run_serve(const ServeCommand& command);
int run_print_defaults(bool as_json);

struct OrgCommand {
  std::string data, org, name_ja, name_en, side, address, telephone, kind, recipient_class, root_folder;
  bool json = false;
};
int run_org_add(const OrgCommand& command);
int run_org_list(const OrgCommand& command);

// ── a hub ──

struct HubOrgCommand {
  std::string data, org, side, out, fingerprint, reason;
  std::vector<std::string> admitters;
  bool withdraw = false, passphrase_stdin = false;
  bool json = false;
};
int run_org_invite(const HubOrgCommand& command);
int run_org_pending(const HubOrgCommand& command);
int run_org_admit(const HubOrgCommand& command);
int run_org_revoke(const HubOrgCommand& command);

struct LogCommand {
  std::string folder, listen = "127.0.0.1:8090", vkey, name = "log";
  bool check = false, json = false;
};
int run_log_serve(const LogCommand& command);
int run_log_vkey(const LogCommand& command);

struct BackupCommand {
  std::string data, out;
  bool with_keys = false, json = false;
};
int run_backup(const BackupCommand& command);

struct RestoreCommand {
  std::string file, data, root, store_url;
  bool json = false;
};
int run_restore(const RestoreCommand& command);

struct SourceTestCommand {
  std::string data, org, name;
  bool json = false;
};
int run_source_test(const SourceTestCommand& command);

struct LawCheckCommand {
  std::string file;
  bool json = false;
};
int run_law_check(const LawCheckCommand& command);

// ── people and their keys ──

struct UserCommand {
  Access access;  // without a login on a folder: as the node's owner
  std::string login, name, kana, post, unit, mail, telephone, extension, vkey, root;
  std::vector<std::string> roles;
  bool is_unit_head = false, invite = true;
};
int run_user_add(const UserCommand& command);
int run_user_list(const UserCommand& command);
int run_user_invite(const UserCommand& command);
int run_user_enrol(const UserCommand& command);
int run_user_admit(const UserCommand& command);

int run_user_keys(const UserCommand& command);
int run_user_end_key(const UserCommand& command);

struct DelegationCommand {
  Access access;
  std::string login, delegator, from, until;  // of a time or of a day of Japan
};
int run_delegation_list(const DelegationCommand& command);
int run_delegation_add(const DelegationCommand& command);
int run_delegation_end(const DelegationCommand& command);

// ── books ──

struct BookCommand {
  Access access;
  std::string name;  // a unit, an organisation, a statement's id
  std::string form = "A", month, file, out;
  int year = 0;  // 0: the present one
};
int run_register_show(const BookCommand& command);
int run_statement_list(const BookCommand& command);
int run_statement_make(const BookCommand& command);
int run_statement_show(const BookCommand& command);
int run_statement_reconcile(const BookCommand& command);
int run_profile_show(const BookCommand& command);
int run_profile_publish(const BookCommand& command);

struct UnitCommand {
  Access access;
  std::string name_ja, name_en, prefix, register_office;
  bool is_register_office = false;
};
int run_unit_add(const UnitCommand& command);
int run_unit_list(const UnitCommand& command);

struct CaseCommand {
  Access access;
  std::string number, title, offence, unit;
};
int run_case_add(const CaseCommand& command);
int run_case_list(const CaseCommand& command);

struct KeyCommand {
  std::string org, person, keyfile, device, text, server, login, code, device_name = "command line", ca_file;
  bool pin_stdin = false, password_stdin = false, json = false;
};
int run_key_new(const KeyCommand& command);
int run_key_show(const KeyCommand& command);
int run_key_sign(const KeyCommand& command);
int run_key_enrol(const KeyCommand& command);

// ── keys of organisations (on the folder, while no server runs) ──

struct OrgKeyCommand {
  std::string data, org, purpose, root;
  bool json = false;
};
int run_key_list(const OrgKeyCommand& command);
int run_key_rotate(const OrgKeyCommand& command);
int run_key_retire(const OrgKeyCommand& command);
int run_key_hsm_list(const OrgKeyCommand& command);

// ── inquiries ──

struct InquiryCommand {
  Access access;
  std::string step, matter;
  std::string comment, reason, message, document_number, release, outcome, to, source, file, media_type, case_number, rows;
  std::vector<std::string> persons, reveal, states;
  std::string query, cursor, asked_at, out;
  int item = 1, limit = 50;
  bool is_mine = false, is_overdue = false, ready = false;
};
int run_inquiry(const InquiryCommand& command);
int run_inquiry_list(const InquiryCommand& command);
int run_inquiry_show(const InquiryCommand& command);
int run_inquiry_draft(const InquiryCommand& command);
int run_inquiry_oral(const InquiryCommand& command);
int run_inquiry_judge(const InquiryCommand& command);
int run_inquiry_import(const InquiryCommand& command);
int run_inquiry_paper(const InquiryCommand& command);
int run_inquiry_cover(const InquiryCommand& command);
int run_inquiry_file(const InquiryCommand& command);

struct ApiCommand {
  Access access;
  std::string method, target, file;
};
int run_api_call(const ApiCommand& command);

}  // namespace warifu::app
