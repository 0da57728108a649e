#include "store/testing_postgres.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

namespace warifu::store {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin";

// Runs a program as the unprivileged user, its output in `log`; it is told when we die.
pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& log, const passwd* user) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  const int in = ::open("/dev/null", O_RDONLY);
  if (out < 0 || in < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0) ::_exit(127);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(127);
  // After setuid, which clears it. SIGQUIT is the server's immediate shutdown.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent || ::chdir("/") != 0) ::_exit(127);
  ::setpgid(0, 0);  // Ctrl-C in the terminal is for the test
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return status;
}

// A loopback port nobody listens on, below the ephemeral range. Another process may take it before the server does; start() tries again then.
int free_port() {
  for (int tried = 0; tried < 200; ++tried) {
    const int port = 20000 + static_cast<int>((static_cast<unsigned>(::getpid()) * 31u + static_cast<unsigned>(tried) * 977u +
                                               static_cast<unsigned>(std::chrono::steady_clock::now().time_since_epoch().count() / 1000)) %
                                              12000u);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (is_free) return port;
  }
  return 0;
}

const passwd* unprivileged_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

}  // namespace

Result<std::unique_ptr<TestPostgres>> TestPostgres::start(bool durable) {
  const std::string programs = kPrograms;
  const passwd* user = unprivileged_user();
  if (::access((programs + "/initdb").c_str(), X_OK) != 0 || (::geteuid() == 0 && user == nullptr))
    return fail(Code::NOT_FOUND, "PostgreSQL is absent");
  std::string folder = (std::filesystem::temp_directory_path() / "warifu-pg-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return fail(Code::IO, "no temporary directory for PostgreSQL");
  if (user != nullptr && ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) return fail(Code::IO, "chown failed");
  auto server = std::make_unique<TestPostgres>(Key{}, folder, 0, durable);
  const std::vector<std::string> initdb = {programs + "/initdb", "-D", folder + "/data", "-U",         "warifu",
                                           "--auth=trust",       "-E", "UTF8",           "--locale=C", "--no-sync"};
  const pid_t made = spawn(initdb, server->folder_ / "log", user);
  if (made < 0 || wait_for(made) != 0) return fail(Code::IO, "initdb failed, see " + folder + "/log");
  for (int tried = 0; tried < 5; ++tried) {
    server->port_ = free_port();
    if (server->start_once()) return server;
  }
  return fail(Code::IO, "PostgreSQL did not start");
}

// After kill() the processes left over may still hold the shared memory for a moment: the server refuses to start until they are gone.
Status TestPostgres::start_again() {
  Status started;
  for (int tried = 0; tried < 20; ++tried) {
    started = start_once();
    if (started || started.error().code != Code::IO) return started;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return started;
}

Status TestPostgres::start_once() {
  if (pid_ > 0) return {};
  std::vector<std::string> words = {
      std::string(kPrograms) + "/postgres", "-D", (folder_ / "data").string(), "-k", folder_.string(), "-p", std::to_string(port_)};
  std::vector<std::string> settings = {"listen_addresses=127.0.0.1", "max_connections=50", "shared_buffers=16MB"};
  if (!durable_) settings.insert(settings.end(), {"fsync=off", "full_page_writes=off"});
  for (const auto& setting : settings) words.insert(words.end(), {"-c", setting});
  pid_ = spawn(words, folder_ / "log", unprivileged_user());
  if (pid_ < 0) return fail(Code::IO, "cannot start PostgreSQL");
  for (int tried = 0; tried < 1500; ++tried) {
    if (PQping(url().c_str()) == PQPING_OK) return {};
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return fail(Code::IO, "PostgreSQL ended while starting");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  end_with(SIGQUIT);
  return fail(Code::TIMEOUT, "PostgreSQL did not answer");
}

TestPostgres* TestPostgres::shared() {
  static const std::unique_ptr<TestPostgres> instance = []() -> std::unique_ptr<TestPostgres> {
    auto started = start();
    if (started) return std::move(*started);
    std::fprintf(stderr, "%s%s\n", started.error().code == Code::NOT_FOUND ? "skipped: " : "PostgreSQL: ", started.error().message.c_str());
    return nullptr;
  }();
  return instance.get();
}

std::string TestPostgres::url() const { return "postgresql://warifu@127.0.0.1:" + std::to_string(port_) + "/postgres"; }

std::string TestPostgres::socket_url() const {
  return "host=" + folder_.string() + " port=" + std::to_string(port_) + " user=warifu dbname=postgres";
}

std::string TestPostgres::fresh_schema() { return "test_" + std::to_string(++schemas_); }

void TestPostgres::end_with(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  wait_for(pid_);
  pid_ = -1;
}

void TestPostgres::stop() { end_with(SIGINT); }
void TestPostgres::crash() { end_with(SIGQUIT); }
void TestPostgres::kill() { end_with(SIGKILL); }

TestPostgres::~TestPostgres() {
  end_with(SIGQUIT);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace warifu::store
