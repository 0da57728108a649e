#pragma once
// For the tests of this room: a raw socket on the loopback that sends exactly what it is told, and a folder that goes away.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/id.h"

namespace warifu::net::test {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int at_once = 1;  // what is sent in pieces goes out in pieces
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    is_connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  // False when the peer has stopped taking anything.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // One response framed by Content-Length, or what came until the end or the time limit.
  std::string response(bool has_body = true, int wait_ms = 5000) {
    while (true) {
      const std::size_t end = received_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t at = received_.find("Content-Length: ");
        const std::size_t size = has_body && at < end ? std::stoul(received_.substr(at + 16)) : 0;
        if (received_.size() >= end + 4 + size) return cut(end + 4 + size);
      }
      if (!receive(wait_ms)) return cut(received_.size());
    }
  }
  // Everything until the peer closes; is_closed() tells whether it did.
  std::string until_close(int wait_ms = 5000) {
    while (receive(wait_ms)) continue;
    return cut(received_.size());
  }
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  bool receive(int wait_ms) {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, wait_ms) <= 0) return false;
    std::string piece(65536, '\0');
    const ssize_t got = ::recv(fd_, piece.data(), piece.size(), 0);
    if (got <= 0) {
      is_closed_ = true;
      return false;
    }
    received_.append(piece, 0, static_cast<std::size_t>(got));
    return true;
  }
  std::string cut(std::size_t size) {
    std::string out = received_.substr(0, size);
    received_.erase(0, size);
    return out;
  }

  int fd_;
  bool is_connected_ = false;
  bool is_closed_ = false;
  std::string received_;
};

class TempFolder {
 public:
  TempFolder() : path_(std::filesystem::temp_directory_path() / ("warifu-net-" + to_hex(random_id_bytes()))) {
    std::filesystem::create_directories(path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  [[nodiscard]] std::size_t file_count() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
    return count;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Waits for something another thread brings about; false after five seconds.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::usleep(2000);
  }
  return true;
}

}  // namespace warifu::net::test
