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

std::string key_name(const std::string& org) { return org + "/witness"; }

net::Response plain(int status, std::string text) { return net::text_response(status, "text/plain; charset=utf-8", std::move(text)); }

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

Result<std::unique_ptr<WitnessHouse>> WitnessHouse::open(const std::string& data, std::function<Time()> clock) {
  const Result<std::string> text = read_file(data + "/witness.json", kFileMax);
  if (!text) return fail(Code::NOT_FOUND, "no witness in this folder", data);
  const WitnessFile file = TRY(json::decode_text<WitnessFile>(*text));
  note::Policy policy = TRY(note::Policy::parse(TRY(read_file(data + "/logs.policy", kFileMax))));
  note::Cosigner key = TRY(desk::Keyring(data + "/keys").load_cosigner(key_name(file.witness)));
  store::FolderLock lock = TRY(store::FolderLock::take(data));
  auto open = [data](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    return store::open_sqlite({.file = data + "/witness.sqlite", .access = access});
  };
  auto house = std::make_unique<WitnessHouse>(Key{}, std::move(key), std::move(policy), std::move(clock));
  house->lock_.emplace(std::move(lock));
  house->store_ = TRY(store::HubStore::create({.open = std::move(open), .objects = data + "/objects", .limits = {}}, house->clock_()));
  return house;
}

Result<net::Response> WitnessHouse::add_checkpoint(const std::string& body) {
  const Result<ledger::AddCheckpoint> request = ledger::AddCheckpoint::parse(body);
  if (!request) return plain(400, "not a request to add a checkpoint\n");
  const std::string& text = request->checkpoint.text;
  const std::string origin = text.substr(0, text.find('\n'));
  const note::VerifierKey* log = nullptr;
  for (const note::Policy::Log& known : policy_.logs)
    if (known.key.name == origin) log = &known.key;
  if (log == nullptr) return plain(static_cast<int>(WitnessAnswer::UNKNOWN_LOG), "this log is not known here\n");

  for (int i = 0; i < kTries; ++i) {
    const std::optional<store::LogState> last = TRY(store_->witnessed(origin));
    std::optional<ledger::Checkpoint> before;
    if (last) before = ledger::Checkpoint{origin, last->size, last->root};
    const ledger::WitnessVerdict verdict = ledger::judge_checkpoint(*request, *log, before);
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
    return plain(200, TRY(key_.cosign(text, now)).text() + "\n");
  }
  return plain(503, "too many at a time\n");
}

net::Response WitnessHouse::handle(const net::Request& request) {
  if (request.path == "/healthz" && request.method == "GET") return plain(200, "ok\n");
  if (request.path != "/add-checkpoint") return net::problem_response(Error{Code::NOT_FOUND, "a witness adds checkpoints", "path", {}});
  if (request.method != "POST") return net::problem_response(Error{Code::METHOD_NOT_ALLOWED, "another method", "method", {{"expected", "POST"}}});
  Result<net::Response> response = add_checkpoint(request.body);
  if (response) return std::move(*response);
  return net::problem_response(response.error(), request.request_id);
}

}  // namespace warifu::hub
