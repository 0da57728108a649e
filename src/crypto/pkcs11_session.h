#pragma once
// Inside this room: a PKCS#11 library in this process, a token found in it by its label, and the sessions that are lent to callers.

#include <p11-kit/pkcs11.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "crypto/pkcs11.h"

namespace warifu::crypto::internal {

// The library counts one C_Initialize for the whole process, whoever calls it. So the users of a library are counted here, and the last ends it.
class Pkcs11Library {
 public:
  [[nodiscard]] static Result<std::shared_ptr<Pkcs11Library>> load(const std::string& path);
  ~Pkcs11Library();
  Pkcs11Library(const Pkcs11Library&) = delete;
  Pkcs11Library& operator=(const Pkcs11Library&) = delete;
  CK_FUNCTION_LIST* operator->() const { return functions_; }
  // After somebody else has ended it.
  [[nodiscard]] CK_RV start_again() const;

 private:
  explicit Pkcs11Library(CK_FUNCTION_LIST* functions) : functions_(functions) {}
  CK_FUNCTION_LIST* functions_;
};

// "CKR_PIN_INCORRECT" for the codes that a token gives in ordinary life, the number for others.
[[nodiscard]] std::string pkcs11_name(CK_RV code);

class TokenSessions;

// A borrowed session. Every answer of the library goes through check(), which notes whether the token was lost.
class TokenSession {
 public:
  TokenSession(const TokenSessions& owner, CK_SESSION_HANDLE session, std::uint64_t round) : handle(session), generation(round), owner_(&owner) {}
  Status check(CK_RV code, const char* what);
  [[nodiscard]] bool is_lost() const { return is_lost_; }
  void lose() { is_lost_ = true; }
  CK_FUNCTION_LIST* operator->() const;

  CK_SESSION_HANDLE handle;
  std::uint64_t generation;  // of the connection; handles of objects are worth nothing in another

 private:
  const TokenSessions* owner_;
  bool is_lost_ = false;
};

class TokenSessions {
 public:
  TokenSessions(std::shared_ptr<Pkcs11Library> library, TokenOptions options) : library_(std::move(library)), options_(std::move(options)) {}
  ~TokenSessions();
  TokenSessions(const TokenSessions&) = delete;
  TokenSessions& operator=(const TokenSessions&) = delete;

  // Runs `work` with a session; once more with a new connection when the token was lost meanwhile. `work` must be repeatable up to there.
  template <class Work>
  auto with(Work&& work) -> decltype(work(std::declval<TokenSession&>())) {
    for (int attempt = 1;; ++attempt) {
      TokenSession session = TRY(borrow());
      auto out = work(session);
      give_back(session);
      if (out || !session.is_lost() || attempt == 2) return out;
    }
  }
  // The same with a session of its own that may write.
  Status with_writing(const std::function<Status(TokenSession&)>& work);

  [[nodiscard]] const std::string& label() const { return options_.token; }
  [[nodiscard]] const Pkcs11Library& library() const { return *library_; }
  [[nodiscard]] tl::unexpected<Error> error_of(CK_RV code, const char* what) const;

 private:
  Result<TokenSession> borrow();
  void give_back(const TokenSession& session);
  Status connect();  // the callers below hold mutex_
  Result<CK_SLOT_ID> find_slot();
  void disconnect();

  std::shared_ptr<Pkcs11Library> library_;
  TokenOptions options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<CK_SESSION_HANDLE> idle_;
  std::size_t borrowed_ = 0;
  CK_SLOT_ID slot_ = 0;
  std::uint64_t generation_ = 0;
  bool is_connected_ = false;
  bool is_pin_refused_ = false;
};

}  // namespace warifu::crypto::internal
