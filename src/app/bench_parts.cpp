#include "app/bench_parts.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "app/bench_carry.h"
#include "app/commands.h"
#include "app/door.h"
#include "app/processes.h"
#include "base/file.h"
#include "base/file_stream.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "exchange/part_transfer.h"

namespace warifu::app {

namespace {

namespace fs = std::filesystem;
using exchange::ObjectState;
using Leg = PartsBench::Leg;

constexpr std::size_t kBufferBytes = 1024 * 1024;
constexpr std::uint64_t kUnit = 1'000'000;

// The hub's part in this: one folder with a file for each part. It keeps parts as the hub does, durably and out of the system's cache, and does
// nothing else: what it costs is that of the disk.
class FolderParts final : public exchange::PartPort {
 public:
  explicit FolderParts(std::string folder) : folder_(std::move(folder)) {}
  Result<ObjectState> begin(const Sha256&, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    TRY(make_directories(folder_, 0700));
    bytes_ = bytes;
    parts_ = parts;
    return look();
  }
  Result<ObjectState> state(const Sha256&) override { return look(); }
  Status put(const Sha256&, std::size_t index, ByteView part) override {
    TRY(write_file_durably(path(index), part, 0600));
    forget_cached(path(index));
    return {};
  }
  Result<Bytes> get(const Sha256&, std::size_t index) override {
    const FileReader file = TRY(FileReader::open(path(index)));
    Bytes part(static_cast<std::size_t>(std::min(file.bytes(), exchange::kPartBytes)));
    TRY(file.read_at(0, part));
    forget_cached(path(index));
    return part;
  }

 private:
  [[nodiscard]] std::string path(std::size_t index) const { return folder_ + "/" + std::to_string(index); }
  [[nodiscard]] ObjectState look() const {
    ObjectState out{bytes_, parts_, {}};
    for (std::size_t i = 0; i < parts_.size(); ++i) out.is_present.push_back(fs::exists(path(i)));
    return out;
  }
  std::string folder_;
  std::uint64_t bytes_ = 0;
  std::vector<Sha256> parts_;
};

double cpu_seconds() {
  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class Work>
Result<Leg> measure(std::uint64_t bytes, Work work) {
  const auto began = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  TRY(work());
  return Leg{std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), cpu_seconds() - cpu, bytes};
}

// The same random megabyte again and again: neither cipher nor digest can tell.
template <class Take>
Status stream(std::uint64_t bytes, Take take) {
  const Bytes buffer = crypto::random_bytes(kBufferBytes);
  for (std::uint64_t left = bytes; left > 0;) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
    TRY(take(ByteView(buffer).first(size)));
    left -= size;
  }
  return {};
}

Result<PartsBench> measure_all(const std::string& folder, std::uint64_t bytes) {
  const crypto::AgeIdentity identity = crypto::AgeIdentity::generate();
  const std::vector<crypto::AgeRecipient> recipients{identity.recipient()};
  PartsBench out;
  out.cipher = TRY(measure(bytes, [&]() -> Status {
    crypto::AgeSealer sealer = TRY(crypto::AgeSealer::start(recipients, [](ByteView) -> Status { return {}; }));
    TRY(stream(bytes, [&](ByteView piece) { return sealer.write(piece); }));
    return sealer.finish();
  }));
  out.digest = TRY(measure(bytes, [&]() -> Status {
    crypto::Sha256Stream digest;
    TRY(stream(bytes, [&](ByteView piece) -> Status {
      digest.update(piece);
      return {};
    }));
    static_cast<void>(digest.finish());
    return {};
  }));
  std::optional<exchange::SealedFile> sealed;
  out.seal = TRY(measure(bytes, [&]() -> Status {
    exchange::AttachmentSealer sealer =
        TRY(exchange::AttachmentSealer::start({.path = folder + "/sealed.age", .recipients = recipients, .media_type = "application/octet-stream"}));
    TRY(stream(bytes, [&](ByteView piece) { return sealer.write(piece); }));
    sealed = TRY(sealer.finish());
    return {};
  }));
  FolderParts hub(folder + "/hub");
  out.upload = TRY(measure(bytes, [&]() -> Status { return TRY(exchange::PartUpload::open(folder + "/sealed.age")).run(hub); }));
  exchange::PartDownload download = TRY(exchange::PartDownload::open(folder + "/incoming", sealed->attachment));
  out.download = TRY(measure(bytes, [&] { return download.run(hub); }));
  out.open = TRY(measure(bytes, [&] { return download.assemble({identity}, folder + "/output"); }));
  out.memory_bytes = memory_peak_bytes();
  return out;
}

json::Value leg_json(const Leg& leg) {
  return json::Value(json::Object{{"seconds", leg.seconds},
                                  {"cpu_seconds", leg.cpu_seconds},
                                  {"gb_per_second", leg.gb_per_second()},
                                  {"gb_per_cpu_second", leg.gb_per_cpu_second()}});
}

Result<json::Value> bench(const PartsBenchCommand& command) {
  const PartsBench measured = TRY(bench_parts(command.data, command.megabytes * kUnit));
  return json::Value(json::Object{{"ok", true},
                                  {"bytes", command.megabytes * kUnit},
                                  {"cipher", leg_json(measured.cipher)},
                                  {"digest", leg_json(measured.digest)},
                                  {"seal", leg_json(measured.seal)},
                                  {"upload", leg_json(measured.upload)},
                                  {"download", leg_json(measured.download)},
                                  {"open", leg_json(measured.open)},
                                  {"memory_bytes", measured.memory_bytes}});
}

json::Value leg_json(const CarryBench::Leg& leg, std::uint64_t bytes) {
  return json::Value(json::Object{{"seconds", leg.seconds},
                                  {"gb_per_second", static_cast<double>(bytes) / leg.seconds / 1e9},
                                  {"cpu_seconds", leg.cpu_seconds},
                                  {"hub_cpu_seconds", leg.hub_cpu_seconds},
                                  {"memory_bytes", leg.memory_bytes},
                                  {"kills", leg.kills}});
}

Result<json::Value> carry(const PartsBenchCommand& command) {
  const std::uint64_t bytes = command.megabytes * kUnit;
  const CarryBench measured = TRY(bench_carry(command.data, bytes, command.kills));
  return json::Value(json::Object{{"ok", true},
                                  {"bytes", bytes},
                                  {"seal", leg_json(measured.seal, bytes)},
                                  {"send", leg_json(measured.send, bytes)},
                                  {"receive", leg_json(measured.receive, bytes)},
                                  {"hub_memory_bytes", measured.hub_memory_bytes}});
}

double megabytes_of(const json::Value& value) { return static_cast<double>(value.to_number<std::uint64_t>()) / 1e6; }

void print_carried(const json::Value& all) {
  const json::Object& object = all.as_object();
  for (const char* leg : {"seal", "send", "receive"}) {
    const json::Object& one = object.at(leg).as_object();
    std::printf("%-9s %7.2f s  %6.3f GB/s  processor: %6.2f s, of the hub %6.2f s  memory %5.1f MB  killed %d times\n", leg,
                one.at("seconds").as_double(), one.at("gb_per_second").as_double(), one.at("cpu_seconds").as_double(),
                one.at("hub_cpu_seconds").as_double(), megabytes_of(one.at("memory_bytes")), one.at("kills").to_number<int>());
  }
  std::printf("hub       memory %5.1f MB\n", megabytes_of(object.at("hub_memory_bytes")));
}

}  // namespace

Result<PartsBench> bench_parts(const std::string& folder, std::uint64_t bytes) {
  std::error_code ignored;
  if (fs::exists(folder, ignored) && !fs::is_empty(folder, ignored)) return fail(Code::CONFLICT, "the folder is not empty", folder);
  TRY(make_directories(folder, 0700));
  Result<PartsBench> measured = measure_all(folder, bytes);
  for (const auto& entry : fs::directory_iterator(folder, ignored)) fs::remove_all(entry.path(), ignored);
  return measured;
}

int run_bench_parts(const PartsBenchCommand& command) {
  if (command.carried) return finish(carry(command), command.json, print_carried);
  return finish(bench(command), command.json, [](const json::Value& all) {
    const json::Object& object = all.as_object();
    for (const char* leg : {"cipher", "digest", "seal", "upload", "download", "open"}) {
      const json::Object& one = object.at(leg).as_object();
      std::printf("%-9s %7.2f s  %6.3f GB/s  %6.3f GB per CPU second\n", leg, one.at("seconds").as_double(), one.at("gb_per_second").as_double(),
                  one.at("gb_per_cpu_second").as_double());
    }
    std::printf("memory    %7.1f MB\n", megabytes_of(object.at("memory_bytes")));
  });
}

}  // namespace warifu::app
