#pragma once
// For tests only: a private PostgreSQL 15 in a temporary directory, on a unix socket there and a loopback port below 32768, run by an
// unprivileged user. It ends with the process that started it, also when that is killed. One test binary shares one instance; tests keep
// apart by schema.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"

namespace warifu::store {

class TestPostgres {
  struct Key {};  // only start() makes one

 public:
  TestPostgres(Key, std::filesystem::path folder, int port, bool durable) : folder_(std::move(folder)), port_(port), durable_(durable) {}
  // NOT_FOUND when the server's programs are not installed. With durable=true fsync stays on.
  [[nodiscard]] static Result<std::unique_ptr<TestPostgres>> start(bool durable = false);
  // The binary's own, started at first use from the main thread; nullptr when PostgreSQL is absent ("skipped: PostgreSQL absent") and when it
  // did not start (the reason goes to stderr).
  [[nodiscard]] static TestPostgres* shared();

  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;
  ~TestPostgres();

  [[nodiscard]] std::string url() const;         // over TCP
  [[nodiscard]] std::string socket_url() const;  // over the unix socket
  [[nodiscard]] std::string fresh_schema();      // a name not used before
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int port() const { return port_; }

  void stop();   // fast: sessions are ended, everything is flushed
  void crash();  // immediate: recovery runs at the next start
  void kill();   // kill -9 of the server's first process; the others find out by themselves
  Status start_again();

 private:
  void end_with(int signal);
  Status start_once();

  std::filesystem::path folder_;
  int port_;
  bool durable_;
  pid_t pid_ = -1;
  int schemas_ = 0;
};

}  // namespace warifu::store
