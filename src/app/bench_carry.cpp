#include "app/bench_carry.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

#include "app/bench_members.h"
#include "app/commands.h"
#include "app/processes.h"
#include "base/file.h"
#include "base/file_stream.h"
#include "crypto/certificate.h"
#include "crypto/random.h"
#include "exchange/part_transfer.h"
#include "member/hub_client.h"

namespace warifu::app {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Leg = CarryBench::Leg;

constexpr std::string_view kSender = "sender.example", kReceiver = "receiver.example";
constexpr std::chrono::milliseconds kLookAgain{10}, kTryAgain{50};
constexpr std::chrono::seconds kLinePatience{60}, kHubPatience{30};
constexpr std::size_t kSmallFileMax = 64 * 1024;
constexpr std::size_t kPieceBytes = 1024 * 1024;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The files of a member, by its folder.
struct Places {
  std::string folder;
  [[nodiscard]] std::string at(const char* name) const { return folder + "/" + name; }
  [[nodiscard]] std::string certificate() const { return at("tls.crt"); }
  [[nodiscard]] std::string key() const { return at("tls.key"); }
  [[nodiscard]] std::string network() const { return at("network"); }
  [[nodiscard]] std::string plain() const { return at("plain"); }          // what is sent
  [[nodiscard]] std::string recipient() const { return at("recipient"); }  // for whom
  [[nodiscard]] std::string sealed() const { return at("sealed.age"); }
  [[nodiscard]] std::string identity() const { return at("identity"); }  // who opens it
  [[nodiscard]] std::string wanted() const { return at("wanted"); }      // the list of parts, for the line that a manifest would have
  [[nodiscard]] std::string incoming() const { return at("incoming"); }
  [[nodiscard]] std::string output() const { return at("output"); }
};

// ── in the member's process ──

bool is_of_the_line(const Error& error) { return error.code == Code::PEER_UNAVAILABLE || error.code == Code::TIMEOUT; }

// A hub that is away comes back: as a node's courier does, only sooner.
template <class Work>
Status with_patience(Work work) {
  for (const auto start = Clock::now();;) {
    Status done = work();
    if (done || !is_of_the_line(done.error()) || Clock::now() - start > kLinePatience) return done;
    std::this_thread::sleep_for(kTryAgain);
  }
}

Status run_leg(const CarryLegCommand& command) {
  const Places here{command.data};
  if (command.leg == "seal") {
    const crypto::AgeRecipient recipient = TRY(crypto::AgeRecipient::parse(TRY(read_file(here.recipient(), kSmallFileMax))));
    TRY(exchange::seal_file(here.plain(), {.path = here.sealed(), .recipients = {recipient}, .media_type = "application/octet-stream"}));
    return {};
  }
  member::HubClientOptions options;
  options.network = TRY(exchange::Network::parse(TRY(read_file(here.network(), kSmallFileMax))));
  options.certificate_file = here.certificate();
  options.key_file = here.key();
  member::HubClient hub(options);
  exchange::HubParts port(hub);
  if (command.leg == "send") return with_patience([&]() -> Status { return TRY(exchange::PartUpload::open(here.sealed())).run(port); });
  const exchange::SealedFile wanted = TRY(exchange::parse_parts(TRY(read_file(here.wanted(), exchange::kPartsTextBytesMax))));
  const crypto::AgeIdentity identity = TRY(crypto::AgeIdentity::parse(TRY(read_file(here.identity(), kSmallFileMax))));
  return with_patience([&] { return exchange::fetch_attachment(port, wanted.attachment, {identity}, here.incoming(), here.output()); });
}

// ── in the bench ──

std::size_t files_in(const std::string& folder) {
  std::error_code ignored;
  std::size_t out = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) out += entry.is_regular_file(ignored) ? 1 : 0;
  return out;
}

class Carried {
 public:
  Carried(std::string folder, std::uint64_t bytes, int kills) : folder_(std::move(folder)), bytes_(bytes), kills_(kills) {}

  Result<CarryBench> run() {
    TRY(set_up());
    TRY(start_hub());
    CarryBench out;
    out.seal = TRY(leg("seal", sender_, {}));
    fs::remove(sender_.plain());
    const std::string list = TRY(read_file(sender_.sealed() + ".parts", exchange::kPartsTextBytesMax));
    TRY(write_file_durably(receiver_.wanted(), bytes_of(list), 0600));
    parts_ = TRY(exchange::parse_parts(list)).parts.size();
    out.send = TRY(leg("send", sender_, hub_folder() + "/objects"));
    fs::remove(sender_.sealed());
    out.receive = TRY(leg("receive", receiver_, receiver_.incoming()));
    look_at_hub();
    out.hub_memory_bytes = hub_memory_;
    hub_.reset();
    std::error_code failed;
    if (fs::file_size(receiver_.output(), failed) != bytes_ || failed) return fail(Code::INTERNAL, "what arrived has another length", "output");
    return out;
  }

 private:
  [[nodiscard]] std::string hub_folder() const { return folder_ + "/hub"; }

  Status set_up() {
    port_ = TRY(free_port());
    const std::string url = "https://127.0.0.1:" + std::to_string(port_);
    TRY(hub::Hub::create({.data = hub_folder(), .store_url = {}, .org = TRY(party::OrganisationId::parse("hub.example")), .url = url, .hosts = {}}));
    {
      const std::unique_ptr<hub::Hub> hub = TRY(hub::Hub::open({.data = hub_folder()}));
      const std::vector<note::Signer> admitters = TRY(bench_admitters(*hub));
      for (const auto& [org, places] : {std::pair(kSender, sender_), std::pair(kReceiver, receiver_)}) {
        TRY(make_directories(places.folder, 0700));
        const Time now = Time::from_seconds(now_utc().seconds());
        const crypto::TlsIdentity tls = TRY(crypto::make_tls_identity({std::string(org), {}}, now));
        TRY(write_file_durably(places.certificate(), bytes_of(tls.certificate), 0600));
        TRY(write_file_durably(places.key(), bytes_of(tls.key.reveal()), 0600));
        TRY(write_file_durably(places.network(), bytes_of(hub->network().text()), 0600));
        TRY(hub->directory().add_entries(TRY(new_bench_member(*hub, admitters, org, now, TRY(crypto::spki_sha256(tls.certificate)))).entries));
      }
    }
    const crypto::AgeIdentity identity = crypto::AgeIdentity::generate();
    TRY(write_file_durably(receiver_.identity(), bytes_of(identity.text().reveal()), 0600));
    TRY(write_file_durably(sender_.recipient(), bytes_of(identity.recipient().text()), 0600));
    FileWriter plain = TRY(FileWriter::create(sender_.plain(), 0600));
    const Bytes piece = crypto::random_bytes(kPieceBytes);
    for (std::uint64_t left = bytes_; left > 0;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
      TRY(plain.write(ByteView(piece).first(size)));
      left -= size;
    }
    return plain.commit();
  }

  Status start_hub() {
    const std::uint64_t gigabytes = 1 + 2 * bytes_ / 1'000'000'000;
    hub_.emplace(TRY(Process::start({"serve", "--data", hub_folder(), "--listen", "127.0.0.1:" + std::to_string(port_)},
                                    {"WARIFU_HUB_GIGABYTES_PER_MEMBER=" + std::to_string(gigabytes)}, folder_ + "/hub.log")));
    const exchange::Network network = TRY(exchange::Network::parse(TRY(read_file(sender_.network(), kSmallFileMax))));
    member::HubClient client({.network = network, .certificate_file = sender_.certificate(), .key_file = sender_.key()});
    for (const auto start = Clock::now(); !client.log_file(exchange::LogName::keys, "checkpoint"); std::this_thread::sleep_for(kTryAgain)) {
      if (!hub_->is_running()) return fail(Code::INTERNAL, "the hub has ended", folder_ + "/hub.log");
      if (Clock::now() - start > kHubPatience) return fail(Code::TIMEOUT, "the hub does not answer", "hub");
    }
    return {};
  }

  void look_at_hub() { hub_memory_ = std::max(hub_memory_, hub_->memory_peak_bytes()); }

  // Runs the leg to its end, however often it is killed. `progress`: where the parts come in that are counted.
  Result<Leg> leg(const std::string& name, const Places& places, const std::string& progress) {
    Leg out;
    const auto start = Clock::now();
    double hub_before = hub_->processor_seconds();
    const int kills = progress.empty() ? 0 : kills_;
    for (bool is_over = false; !is_over;) {
      Process process = TRY(Process::start({"bench", "parts-leg", name, "--data", places.folder}, {}, folder_ + "/" + name + ".log"));
      double processor = 0;
      for (;;) {
        processor = std::max(processor, process.processor_seconds());
        out.memory_bytes = std::max(out.memory_bytes, process.memory_peak_bytes());
        const bool is_due =
            out.kills < kills && files_in(progress) * static_cast<std::size_t>(kills + 1) >= parts_ * static_cast<std::size_t>(out.kills + 1);
        if (is_due) {
          look_at_hub();
          out.hub_cpu_seconds += hub_->processor_seconds() - hub_before;
          process.kill_now();
          hub_->kill_now();
          ++out.kills;
          TRY(start_hub());
          hub_before = 0;
          break;
        }
        if (!process.is_running()) {
          if (TRY(process.wait({})) != 0) return fail(Code::INTERNAL, "a leg failed", folder_ + "/" + name + ".log");
          is_over = true;
          break;
        }
        if (!hub_->is_running()) return fail(Code::INTERNAL, "the hub has ended", folder_ + "/hub.log");
        std::this_thread::sleep_for(kLookAgain);
      }
      out.cpu_seconds += processor;
    }
    out.seconds = since(start);
    out.hub_cpu_seconds += hub_->processor_seconds() - hub_before;
    look_at_hub();
    return out;
  }

  std::string folder_;
  std::uint64_t bytes_;
  int kills_;
  Places sender_{folder_ + "/sender"}, receiver_{folder_ + "/receiver"};
  std::uint16_t port_ = 0;
  std::size_t parts_ = 0;
  std::optional<Process> hub_;
  std::uint64_t hub_memory_ = 0;
};

}  // namespace

Result<CarryBench> bench_carry(const std::string& folder, std::uint64_t bytes, int kills) {
  std::error_code ignored;
  if (fs::exists(folder, ignored) && !fs::is_empty(folder, ignored)) return fail(Code::CONFLICT, "the folder is not empty", folder);
  TRY(make_directories(folder, 0700));
  Result<CarryBench> measured = Carried(folder, bytes, kills).run();
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (measured || entry.path().extension() != ".log") fs::remove_all(entry.path(), ignored);
  return measured;
}

int run_carry_leg(const CarryLegCommand& command) {
  const Status done = run_leg(command);
  return done ? 0 : report(done.error(), true);
}

}  // namespace warifu::app
