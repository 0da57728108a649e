#include "hub/witness.h"

#include <filesystem>

#include "base/failpoint.h"
#include "base/file.h"
#include "desk/keyring.h"
#include "json/codec.h"
#include "json/write.h"
#include "ledger/checkpoint.h"
#include "store/sqlite.h"

namespace warifu::hub {

using ledger::WitnessAnswer;

struct WitnessFile {
  std::string witness;
};
BOOST_DESCRIBE_STRUCT(WitnessFile, (), (witness))

namespace {

constexpr std::size_t kFileMax = 64 * 1024;
constexpr int kTries = 4;  // against others who had a checkpoint of the same log cosigned meanwhile

constexpr const char* kAnswers = "warifu_witness_answers_total";
constexpr const char* kSize = "warifu_witness_log_size";

std::string key_name(const std::string& org) { return org + "/witness"; }

net::Response plain(int status, std::string text) { return net::text_response(status, "text/plain; charset=utf-8", std::move(text)); }

// Why an answer is no cosignature, for the operator's log.
std::optional<Error> not_cosigned(int status) {
  switch (status) {
    case 200: return std::nullopt;
    case static_cast<int>(WitnessAnswer::NOT_SIGNED): return Error{Code::SIGNATURE_INVALID, "a checkpoint without the log's signature", {}, {}};
    case static_cast<int>(WitnessAnswer::UNKNOWN_LOG): return Error{Code::NOT_FOUND, "a checkpoint of a log that is not known here", {}, {}};
    case static_cast<int>(WitnessAnswer::CONFLICT):
      return Error{
          Code::CONFLICT, "the log asks from another size than the one that was cosigned last: it was set back, or an answer was lost", {}, {}};
    case static_cast<int>(WitnessAnswer::BAD_PROOF):
      return Error{Code::LOG_FORKED, "a signed checkpoint does not go on from the one that was cosigned last", {}, {}};
    case 503: return Error{Code::QUEUE_FULL, "too many checkpoints of a log at a time", {}, {}};
    default: return Error{Code::BAD_REQUEST, "not a request to add a checkpoint", {}, {}};
  }
}

}  // namespace

bool is_witness_folder(const std::string& data) {
  std::error_code ignored;
  return std::filesystem::exists(data + "/witness.json", ignored);
}

Result<note::VerifierKey> WitnessHouse::create(const std::string& data, const party::OrganisationId& org, const std::string& policy) {
  std::error_code failed;
  if (std::filesystem::exists(data, failed) && !std::filesystem::is_empty(data, failed)) return fail(Code::CONFLICT, "the folder is not empty", data);
  TRY(note::Policy::parse(policy));
  TRY(make_directories(data, 0700));
  const desk::Keyring keyring(data + "/keys");
  TRY(keyring.create(key_name(org.text())));
  TRY(write_file_durably(data + "/logs.policy", bytes_of(policy), 0644));
  const std::string text = json::pretty(json::encode(WitnessFile{org.text()}));
  TRY(write_file_durably(data + "/witness.json", bytes_of(text), 0600));
  return TRY(keyring.load_cosigner(key_name(org.text()))).verifier();
}

Result<std::unique_ptr<WitnessHouse>> WitnessHouse::open(const std::string& data, std::function<Time()> clock, Tell tell) {
  const Result<std::string> text = read_file(data + "/witness.json", kFileMax);
  if (!text) return fail(Code::NOT_FOUND, "no witness in this folder", data);
  const WitnessFile file = TRY(json::decode_text<WitnessFile>(*text));
  note::Policy policy = TRY(note::Policy::parse(TRY(read_file(data + "/logs.policy", kFileMax))));
  note::Cosigner key = TRY(desk::Keyring(data + "/keys").load_cosigner(key_name(file.witness)));
  store::FolderLock lock = TRY(store::FolderLock::take(data));
  auto open = [data](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    return store::open_sqlite({.file = data + "/witness.sqlite", .access = access});
  };
  auto house = std::make_unique<WitnessHouse>(Key{}, std::move(key), std::move(policy), std::move(clock), std::move(tell));
  TRY(house->declare_figures());
  house->lock_.emplace(std::move(lock));
  house->store_ = TRY(store::HubStore::create({.open = std::move(open), .objects = data + "/objects", .limits = {}}, house->clock_()));
  return house;
}

Status WitnessHouse::declare_figures() {
  TRY(server_figures_.declare());
  TRY(metrics_.declare_counter(kAnswers, "Requests to cosign, by log and answer: 409 and 422 did not go on from what was cosigned before"));
  TRY(metrics_.declare_gauge(kSize, "Size of the last checkpoint that was cosigned, by log"));
  return {};
}

Result<net::Response> WitnessHouse::figures() {
  for (const note::Policy::Log& log : policy_.logs) {
    const std::optional<store::LogState> last = TRY(store_->witnessed(log.key.name));
    metrics_.set(kSize, last ? static_cast<double>(last->size) : 0, {{"log", log.key.name}});
  }
  server_figures_.refresh();
  return net::text_response(200, std::string(net::Metrics::kContentType), metrics_.render());
}

Result<net::Response> WitnessHouse::add_checkpoint(const std::string& body, std::string& origin) {
  const Result<ledger::AddCheckpoint> request = ledger::AddCheckpoint::parse(body);
  if (!request) return plain(400, "not a request to add a checkpoint\n");
  const std::string& text = request->checkpoint.text;
  const std::string_view asked = std::string_view(text).substr(0, text.find('\n'));
  std::vector<note::VerifierKey> keys;  // a log may have several, one of which signs
  for (const note::Policy::Log& known : policy_.logs)
    if (known.key.name == asked) keys.push_back(known.key);
  if (keys.empty()) return plain(static_cast<int>(WitnessAnswer::UNKNOWN_LOG), "this log is not known here\n");
  origin = keys.front().name;
  if (!ledger::Checkpoint::parse(text)) return plain(400, "not a checkpoint of three lines\n");
  // A line under a trusted key's name and number that is not its signature spoils the others.
  const Result<std::vector<note::VerifierKey>> signers = note::verify(request->checkpoint, keys);
  if (!signers || signers->empty()) return plain(static_cast<int>(WitnessAnswer::NOT_SIGNED), "not cosigned\n");
  return judge(*request, signers->front());
}

Result<net::Response> WitnessHouse::judge(const ledger::AddCheckpoint& request, const note::VerifierKey& log) {
  const std::string& origin = log.name;
  for (int i = 0; i < kTries; ++i) {
    const std::optional<store::LogState> last = TRY(store_->witnessed(origin));
    std::optional<ledger::Checkpoint> before;
    if (last) before = ledger::Checkpoint{origin, last->size, last->root};
    const ledger::WitnessVerdict verdict = ledger::judge_checkpoint(request, log, before);
    const int status = static_cast<int>(verdict.answer);
    switch (verdict.answer) {
      case WitnessAnswer::ACCEPTED: break;
      case WitnessAnswer::CONFLICT: return net::text_response(status, "text/x.tlog.size", std::to_string(last ? last->size : 0) + "\n");
      case WitnessAnswer::OLD_TOO_LARGE:
      case WitnessAnswer::NOT_SIGNED:
      case WitnessAnswer::UNKNOWN_LOG:
      case WitnessAnswer::BAD_PROOF: return plain(status, "not cosigned\n");
    }
    const Time now = clock_();
    TRY(failpoint_error("witness.persist"));
    const Status persisted = store_->witness(origin, last, {verdict.checkpoint.size, verdict.checkpoint.root}, now);
    if (!persisted && persisted.error().code == Code::CONFLICT) continue;
    TRY(persisted);
    failpoint("witness.persisted");
    return plain(200, TRY(key_.cosign(request.checkpoint.text, now)).text() + "\n");
  }
  return plain(503, "too many at a time\n");
}

Result<net::Response> WitnessHouse::route(const net::Request& request, std::string& origin) {
  if (request.path == "/healthz" && request.method == "GET") return plain(200, "ok\n");
  if (request.path == "/metrics" && request.method == "GET" && is_from_here(request)) return figures();
  if (request.path != "/add-checkpoint") return fail(Code::NOT_FOUND, "a witness adds checkpoints", "path");
  if (request.method != "POST") return fail(Code::METHOD_NOT_ALLOWED, "another method", "method", {{"expected", "POST"}});
  Result<net::Response> response = add_checkpoint(request.body, origin);
  if (!response) return response;
  metrics_.count(kAnswers, {{"log", origin}, {"status", std::to_string(response->status)}});
  if (const std::optional<Error> why = not_cosigned(response->status); why && tell_) tell_("not_cosigned", origin, *why);
  return response;
}

net::Response WitnessHouse::handle(const net::Request& request) {
  std::string origin = "-";
  Result<net::Response> response = route(request, origin);
  if (response) return std::move(*response);
  if (tell_) tell_(sentence(response.error().code).http_status >= 500 ? "request_failed" : "request_refused", origin, response.error());
  return net::problem_response(response.error(), request.request_id);
}

}  // namespace warifu::hub
