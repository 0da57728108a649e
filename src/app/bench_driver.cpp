#include "app/bench_driver.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <unordered_map>

#include "app/bench_figures.h"
#include "app/demo_people.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "desk/retelling.h"
#include "json/write.h"
#include "net/server.h"

namespace warifu::app {

using inquiry::Kind;
using inquiry::SignedAct;

namespace {

constexpr std::size_t kCommitters = 16;  // clients at work at the same time, as many as a group commit may gather
constexpr std::size_t kFileBytesMax = 64 * 1024;

std::int64_t clock_ns() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

// The acts of one side in the matter that was played, and what they answer.
struct Story {
  std::vector<SignedAct> theirs, ours;  // in the order of the fold
  std::string number;
};

struct Made {
  MatterId matter;
  desk::Retelling::Ready told;
};

}  // namespace

struct BenchDriver::Impl {
  Node* node = nullptr;
  Hosted* hosted = nullptr;
  std::vector<DemoAccount> accounts;
  std::mutex keys_mutex;
  std::map<std::string, note::Signer, std::less<>> keys;
  Story story;

  std::optional<net::Server> server;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Made> made;
  std::size_t next = 0, until = 0;  // of what is made
  double rate = 0;
  std::size_t window = 0;
  std::int64_t run_ns = 0;
  struct Times {
    std::int64_t begun = 0, applied = 0;
  };
  std::unordered_map<std::string, Times> times;
  std::size_t begun = 0, over = 0, failures = 0;
  std::size_t numbers = 0;
  std::deque<MatterId> arrived;
  bool stopping = false;
  std::vector<std::thread> threads;

  [[nodiscard]] bool is_agency() const { return hosted->organisation.side == party::Side::AGENCY; }

  // ── telling it anew ──

  Result<const note::Signer*> key_of(const std::string& name) {
    const std::scoped_lock lock(keys_mutex);
    if (const auto found = keys.find(name); found != keys.end()) return &found->second;
    const std::string& org = hosted->organisation.id.text();
    for (const party::Person& person : TRY(hosted->office->people())) {
      if (inquiry::person_signer(hosted->organisation.id, person.id) != name) continue;
      const auto account = std::ranges::find(accounts, person.login, &DemoAccount::login);
      if (account == accounts.end()) break;
      const std::string folder = node->folder_of(hosted->organisation.id);
      const std::string file = TRY(read_file(demo_device_path(folder, person.id, "keyfile"), kFileBytesMax));
      const crypto::DeviceSecret device =
          TRY(crypto::parse_device_secret(TRY(read_file(demo_device_path(folder, person.id, "device"), kFileBytesMax))));
      const crypto::OpenKeyfile opened = TRY(crypto::open_keyfile(file, crypto::Pin(account->pin), device));
      return &keys.emplace(name, TRY(note::Signer::create(name, opened.secret))).first->second;
    }
    return fail(Code::NOT_FOUND, "nobody here signs by this name", org, {});
  }

  Status take_story(const MatterId& matter) {
    const std::vector<SignedAct> acts = TRY(hosted->store->acts(matter));
    const inquiry::MatterState state = inquiry::fold(acts);
    Story out;
    for (const Sha256& hash : state.order) {
      const SignedAct& act = *std::ranges::find(acts, hash, &SignedAct::hash);
      // Each side's part ends with what it sends: the dispatch, the answer. What the node writes about an arrival it will write itself.
      const bool is_nodes = act.act.kind == Kind::RECEIVED || act.act.kind == Kind::VERIFIED;
      if (act.act.org == hosted->organisation.id && !is_nodes) {
        const Kind last = is_agency() ? Kind::DISPATCHED : Kind::RELEASED;
        if (out.ours.empty() || out.ours.back().act.kind != last) out.ours.push_back(act);
      } else {
        out.theirs.push_back(act);
      }
    }
    out.number = TRY(hosted->store->row(matter)).number;
    if (out.ours.empty() || out.number.empty()) return fail(Code::NOT_FOUND, "the played matter is not complete here", "matter");
    const std::scoped_lock lock(mutex);
    story = std::move(out);
    return {};
  }

  // `arrived_acts`: what the matter holds already here, of which ours name some.
  Result<std::vector<SignedAct>> tell(const MatterId& matter, const std::vector<SignedAct>& arrived_acts, std::size_t n) {
    std::vector<std::pair<Sha256, Sha256>> heads;
    std::vector<std::pair<std::string, std::string>> texts;
    const auto exchanged = [&](const SignedAct& old_act, const SignedAct& new_act) {
      heads.emplace_back(old_act.hash, new_act.hash);
      texts.emplace_back(old_act.hash.hex(), new_act.hash.hex());
    };
    for (const SignedAct& old_act : story.theirs) {
      const auto same = std::ranges::find_if(arrived_acts, [&](const SignedAct& act) { return act.act.kind == old_act.act.kind; });
      if (same != arrived_acts.end()) exchanged(old_act, *same);
    }
    std::vector<SignedAct> out;
    Time at = node->options().clock();
    for (const SignedAct& from : story.ours) {
      inquiry::Act act = from.act;
      act.id = ActId::random();
      act.matter = matter;
      act.at = at;
      at.us += 1;
      for (Sha256& head : act.after)
        for (const auto& [old_hash, new_hash] : heads)
          if (head == old_hash) {
            head = new_hash;
            break;
          }
      std::ranges::sort(act.after);
      std::string body = from.body.value_or("{}");
      for (const auto& [old_text, new_text] : texts) replace_all(body, old_text, new_text);
      replace_all(body, from.act.matter.hex(), matter.hex());
      if (is_agency()) replace_all(body, story.number, story.number.substr(0, story.number.find("第") + 3) + "B" + std::to_string(n) + "号");
      act.body = crypto::sha256(bytes_of(body));
      act.body_bytes = body.size();
      SignedAct made_act;
      made_act.act = act;
      made_act.note.text = act.text();
      made_act.hash = inquiry::act_hash(made_act.note.text);
      for (const note::SignatureLine& line : from.note.signatures) {
        const bool is_organisation = line.name == hosted->signer->verifier().name;
        const note::Signer* signer = is_organisation ? hosted->signer.get() : TRY(key_of(line.name));
        made_act.note.signatures.push_back(TRY(signer->sign(made_act.note.text)));
      }
      made_act.body = std::move(body);
      exchanged(from, made_act);
      out.push_back(std::move(made_act));
    }
    return out;
  }

  // ── the agency ──

  Status make(std::size_t count) {
    std::vector<Made> out(count);
    std::atomic<std::size_t> at{0};
    std::optional<Error> failure;
    std::size_t first = 0;
    {
      const std::scoped_lock lock(mutex);
      first = numbers;
      numbers += count;
    }
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t)
      workers.emplace_back([&] {
        for (std::size_t i = at++; i < count; i = at++) {
          Made& one = out[i];
          one.matter = MatterId::random();
          Result<std::vector<SignedAct>> acts = tell(one.matter, {}, first + i);
          if (!acts) {
            const std::scoped_lock lock(mutex);
            failure = acts.error();
            return;
          }
          Result<desk::Retelling::Ready> told = desk::Retelling(*hosted->office).tell(one.matter, std::move(*acts));
          if (!told) {
            const std::scoped_lock lock(mutex);
            failure = told.error();
            return;
          }
          one.told = std::move(*told);
        }
      });
    for (std::thread& worker : workers) worker.join();
    if (failure) return tl::unexpected<Error>(*failure);
    const std::scoped_lock lock(mutex);
    made.erase(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(next));
    until -= next;
    next = 0;
    std::ranges::move(out, std::back_inserter(made));
    return {};
  }

  void inquire() {
    const desk::Retelling desk(*hosted->office);
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stopping || (next < until && (rate > 0 || begun - over < window)); });
      if (stopping) return;
      Made one = std::move(made[next++]);
      std::int64_t due = clock_ns();
      if (rate > 0) {
        // Counted from when it was due, not from when there was time for it.
        due = run_ns + static_cast<std::int64_t>(1e9 * static_cast<double>(run_count++) / rate);
        lock.unlock();
        std::this_thread::sleep_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(due)));
        lock.lock();
      }
      ++begun;
      times[one.matter.hex()].begun = due;
      lock.unlock();
      const Status done = desk.write(std::move(one.told));
      node->wake();
      lock.lock();
      if (!done) ++failures;
    }
  }
  std::size_t run_count = 0;

  // ── the provider ──

  void answer() {
    const desk::Retelling desk(*hosted->office);
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stopping || !arrived.empty(); });
      if (stopping) return;
      const MatterId matter = arrived.front();
      arrived.pop_front();
      ++begun;
      lock.unlock();
      const Status done = [&]() -> Status { return desk.write(TRY(desk.tell(matter, TRY(tell(matter, TRY(desk.present(matter)), 0))))); }();
      node->wake();
      lock.lock();
      ++(done ? over : failures);
    }
  }

  void applied(const exchange::Parcel& parcel) {
    const Kind awaited = is_agency() ? Kind::RELEASED : Kind::DISPATCHED;
    if (std::ranges::none_of(parcel.acts, [&](const SignedAct& act) { return act.act.kind == awaited; })) return;
    {
      const std::scoped_lock lock(mutex);
      if (story.ours.empty()) return;
      if (is_agency() && !times.contains(parcel.matter.hex())) return;
      times[parcel.matter.hex()].applied = clock_ns();
      if (is_agency())
        ++over;
      else
        arrived.push_back(parcel.matter);
    }
    changed.notify_one();
  }

  // ── being told ──

  Result<net::Response> route(const net::Request& request) {
    const std::string what = request.segments.size() == 1 ? request.segments[0] : std::string();
    const auto number = [&](std::string_view name) -> std::size_t {
      const std::string_view text = request.parameter(name).value_or("0");
      std::size_t out = 0;
      std::from_chars(text.data(), text.data() + text.size(), out);
      return out;
    };
    if (what == "story") {
      TRY(take_story(TRY(MatterId::parse(request.parameter("matter").value_or("")))));
      if (threads.empty())
        for (std::size_t i = 0; i < kCommitters; ++i) threads.emplace_back([this] { is_agency() ? inquire() : answer(); });
      return net::text_response(200, "text/plain", "");
    }
    if (what == "make") {
      TRY(make(number("count")));
      return net::text_response(200, "text/plain", "");
    }
    if (what == "run") {
      {
        const std::scoped_lock lock(mutex);
        until = std::min(made.size(), next + number("count"));
        rate = static_cast<double>(number("rate"));
        window = std::max<std::size_t>(1, number("window"));
        run_ns = clock_ns();
        run_count = 0;
      }
      changed.notify_all();
      return net::text_response(200, "text/plain", "");
    }
    if (what == "figures") return figures();
    if (what == "times") {
      std::string out;
      const std::scoped_lock lock(mutex);
      for (const auto& [matter, one] : times) out += matter + " " + std::to_string(one.begun) + " " + std::to_string(one.applied) + "\n";
      times.clear();
      return net::text_response(200, "text/plain", std::move(out));
    }
    if (what == "proofs") return proofs(number("count"));
    return fail(Code::NOT_FOUND, "no such thing", "path");
  }

  net::Response figures() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds_of = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    const std::scoped_lock lock(mutex);
    std::size_t signatures = 0, crossing = 0;
    for (const SignedAct& act : story.ours) {
      signatures += act.note.signatures.size();
      if (act.is_shared()) crossing += act.note.signatures.size();
    }
    const json::Object out{{"made", made.size() - next},
                           {"begun", begun},
                           {"over", over},
                           {"failures", failures},
                           {"signatures", signatures},
                           {"signatures_that_cross", crossing},
                           {"processor_seconds", seconds_of(used.ru_utime) + seconds_of(used.ru_stime)}};
    return net::text_response(200, "application/json", json::compact(out));
  }

  Result<net::Response> proofs(std::size_t count) {
    std::vector<double> seconds_each;
    std::size_t unproven = 0;
    for (const desk::MessageOut& message : TRY(hosted->mailbox->newest_messages(count))) {
      if (!message.accepted) continue;
      if (message.logged)
        seconds_each.push_back(static_cast<double>((*message.logged - *message.accepted).us) / 1e6);
      else
        ++unproven;
    }
    const double longest = seconds_each.empty() ? 0 : *std::ranges::max_element(seconds_each);
    const Latency latency = latency_of("proof", std::move(seconds_each));
    const json::Object out{{"count", latency.count},   {"p50_ms", latency.p50_ms}, {"p99_ms", latency.p99_ms},
                           {"max_ms", 1000 * longest}, {"unproven", unproven},     {"incidents", TRY(hosted->mailbox->incidents(true, 1000)).size()}};
    return net::text_response(200, "application/json", json::compact(out));
  }
};

BenchDriver::BenchDriver() : impl_(std::make_unique<Impl>()) {}
BenchDriver::~BenchDriver() { stop(); }

void BenchDriver::applied(const exchange::Parcel& parcel) {
  if (impl_->server) impl_->applied(parcel);
}

Status BenchDriver::start(Node& node, std::vector<DemoAccount> accounts, std::uint16_t port) {
  impl_->node = &node;
  impl_->hosted = node.hosted().front();
  impl_->accounts = std::move(accounts);
  net::ServerOptions options;
  options.port = port;
  options.workers = 1;
  impl_->server = TRY(net::Server::start(std::move(options), [impl = impl_.get()](const net::Request& request) {
    Result<net::Response> answer = impl->route(request);
    return answer ? std::move(*answer) : net::problem_response(answer.error());
  }));
  return {};
}

void BenchDriver::stop() {
  if (!impl_->server) return;
  static_cast<void>(impl_->server->stop(net::Millis(0)));
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

}  // namespace warifu::app
