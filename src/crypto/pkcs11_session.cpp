#include "crypto/pkcs11_session.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string_view>

namespace warifu::crypto::internal {

namespace {

constexpr std::size_t kSlotsMax = 256;
constexpr std::size_t kTokenNameBytes = 32;  // CK_TOKEN_INFO.label, padded with blanks

// Which libraries this process has started, and for how many.
class Started {
 public:
  Status add(CK_FUNCTION_LIST* functions, const std::string& path) {
    const std::scoped_lock lock(mutex_);
    Use& use = uses_[functions];
    if (use.count == 0) {
      const CK_RV code = initialise(functions);
      if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        uses_.erase(functions);
        return fail(Code::TOKEN_UNAVAILABLE, "the PKCS#11 library does not start: " + pkcs11_name(code), path);
      }
      use.is_ours = code == CKR_OK;
    }
    ++use.count;
    return {};
  }
  void remove(CK_FUNCTION_LIST* functions) {
    const std::scoped_lock lock(mutex_);
    const auto found = uses_.find(functions);
    if (found == uses_.end() || --found->second.count > 0) return;
    if (found->second.is_ours) (void)functions->C_Finalize(nullptr);
    uses_.erase(found);
  }
  static CK_RV initialise(CK_FUNCTION_LIST* functions) {
    CK_C_INITIALIZE_ARGS args{};
    args.flags = CKF_OS_LOCKING_OK;  // several threads of ours call it
    return functions->C_Initialize(&args);
  }

 private:
  struct Use {
    std::size_t count = 0;
    bool is_ours = false;
  };
  std::mutex mutex_;
  std::map<CK_FUNCTION_LIST*, Use> uses_;
};

Started& started() {
  static Started all;  // as the library itself: one in a process
  return all;
}

// The token is not there any more, or forgot who logged in; a new connection may help.
bool means_loss(CK_RV code) {
  constexpr std::array kLoss = {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,        CKR_USER_NOT_LOGGED_IN,      CKR_DEVICE_REMOVED,
                                CKR_DEVICE_ERROR,           CKR_TOKEN_NOT_PRESENT,     CKR_TOKEN_NOT_RECOGNIZED,    CKR_SLOT_ID_INVALID,
                                CKR_KEY_HANDLE_INVALID,     CKR_OBJECT_HANDLE_INVALID, CKR_CRYPTOKI_NOT_INITIALIZED};
  return std::ranges::find(kLoss, code) != kLoss.end();
}

bool means_unavailable(CK_RV code) {
  constexpr std::array kAway = {CKR_GENERAL_ERROR,        CKR_FUNCTION_FAILED, CKR_HOST_MEMORY, CKR_DEVICE_MEMORY,
                                CKR_SESSION_COUNT,        CKR_PIN_LOCKED,      CKR_PIN_EXPIRED, CKR_USER_PIN_NOT_INITIALIZED,
                                CKR_TOKEN_WRITE_PROTECTED};
  return means_loss(code) || std::ranges::find(kAway, code) != kAway.end();
}

}  // namespace

std::string pkcs11_name(CK_RV code) {
  struct Name {
    CK_RV code;
    const char* text;
  };
  static constexpr std::array kNames = {
      Name{CKR_HOST_MEMORY, "CKR_HOST_MEMORY"},
      Name{CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID"},
      Name{CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
      Name{CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
      Name{CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD"},
      Name{CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID"},
      Name{CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID"},
      Name{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
      Name{CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY"},
      Name{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
      Name{CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"},
      Name{CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"},
      Name{CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT"},
      Name{CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
      Name{CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
      Name{CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID"},
      Name{CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"},
      Name{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
      Name{CKR_PIN_INVALID, "CKR_PIN_INVALID"},
      Name{CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
      Name{CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED"},
      Name{CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
      Name{CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED"},
      Name{CKR_SESSION_COUNT, "CKR_SESSION_COUNT"},
      Name{CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
      Name{CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT"},
      Name{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
      Name{CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED"},
      Name{CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED"},
      Name{CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
      Name{CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED"},
      Name{CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"},
  };
  const auto found = std::ranges::find(kNames, code, &Name::code);
  if (found != kNames.end()) return found->text;
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "CKR 0x%lx", code);
  return text.data();
}

// ── the library ──

Result<std::shared_ptr<Pkcs11Library>> Pkcs11Library::load(const std::string& path) {
  // It stays mapped when the last token is closed: libraries leave things behind in the threads that called them.
  void* handle = path.empty() ? nullptr : ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) return fail(Code::CONFIG, "the PKCS#11 library cannot be loaded", path, {{"expected", "a PKCS#11 library"}});
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get == nullptr || get(&functions) != CKR_OK || functions == nullptr)
    return fail(Code::CONFIG, "not a PKCS#11 library", path, {{"expected", "a PKCS#11 library"}});
  TRY(started().add(functions, path));
  return std::shared_ptr<Pkcs11Library>(new Pkcs11Library(functions));
}

Pkcs11Library::~Pkcs11Library() { started().remove(functions_); }

CK_RV Pkcs11Library::start_again() const { return Started::initialise(functions_); }

// ── a session ──

CK_FUNCTION_LIST* TokenSession::operator->() const { return owner_->library().operator->(); }

Status TokenSession::check(CK_RV code, const char* what) {
  if (code == CKR_OK) return {};
  if (means_loss(code)) is_lost_ = true;
  return owner_->error_of(code, what);
}

tl::unexpected<Error> TokenSessions::error_of(CK_RV code, const char* what) const {
  std::string message = std::string(what) + ": " + pkcs11_name(code);
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_INVALID || code == CKR_PIN_LEN_RANGE)
    return fail(Code::WRONG_PIN, std::move(message), options_.token);
  return fail(means_unavailable(code) ? Code::TOKEN_UNAVAILABLE : Code::CRYPTO, std::move(message), options_.token);
}

// ── the sessions of a token ──

TokenSessions::~TokenSessions() { disconnect(); }

void TokenSessions::disconnect() {
  for (const CK_SESSION_HANDLE session : idle_) (void)library_->operator->()->C_CloseSession(session);
  idle_.clear();
  is_connected_ = false;
}

Result<CK_SLOT_ID> TokenSessions::find_slot() {
  CK_FUNCTION_LIST* const functions = library_->operator->();
  std::array<CK_SLOT_ID, kSlotsMax> slots{};
  CK_ULONG count = slots.size();
  CK_RV code = functions->C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (code == CKR_CRYPTOKI_NOT_INITIALIZED) {
    code = library_->start_again();
    if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) return error_of(code, "C_Initialize");
    count = slots.size();
    code = functions->C_GetSlotList(CK_TRUE, slots.data(), &count);
  }
  if (code != CKR_OK) return error_of(code, "C_GetSlotList");
  std::string wanted = options_.token;
  wanted.resize(std::max(wanted.size(), kTokenNameBytes), ' ');
  std::vector<CK_SLOT_ID> found;
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (functions->C_GetTokenInfo(slots[i], &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    if (wanted == std::string_view(reinterpret_cast<const char*>(info.label), kTokenNameBytes)) found.push_back(slots[i]);
  }
  if (found.empty()) return fail(Code::TOKEN_UNAVAILABLE, "no token has this label", options_.token);
  if (found.size() > 1) return fail(Code::CONFLICT, "two tokens have this label", options_.token);
  return found.front();
}

Status TokenSessions::connect() {
  // A token locks itself after a few wrong PINs: what it has refused is not offered again.
  if (is_pin_refused_) return fail(Code::WRONG_PIN, "the token has refused this PIN", options_.token);
  slot_ = TRY(find_slot());
  CK_SESSION_HANDLE session = 0;
  if (const CK_RV code = library_->operator->()->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session); code != CKR_OK)
    return error_of(code, "C_OpenSession");
  std::string pin = options_.pin.reveal();
  const CK_RV code = library_->operator->()->C_Login(session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size());
  wipe(pin.data(), pin.size());
  if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) {
    (void)library_->operator->()->C_CloseSession(session);
    const tl::unexpected<Error> error = error_of(code, "C_Login");
    is_pin_refused_ = error.value().code == Code::WRONG_PIN;
    return error;
  }
  idle_.push_back(session);
  is_connected_ = true;
  ++generation_;
  return {};
}

Result<TokenSession> TokenSessions::borrow() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return borrowed_ < kTokenSessionsMax; });
  if (!is_connected_) TRY(connect());
  if (idle_.empty()) {
    CK_SESSION_HANDLE session = 0;
    CK_RV code = library_->operator->()->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
    if (means_loss(code)) {
      disconnect();
      TRY(connect());
      session = idle_.back();
      idle_.pop_back();
      code = CKR_OK;
    }
    if (code != CKR_OK) return error_of(code, "C_OpenSession");
    idle_.push_back(session);
  }
  TokenSession out(*this, idle_.back(), generation_);
  idle_.pop_back();
  ++borrowed_;
  return out;
}

void TokenSessions::give_back(const TokenSession& session) {
  {
    const std::scoped_lock lock(mutex_);
    --borrowed_;
    if (session.generation != generation_ || session.is_lost()) {
      (void)library_->operator->()->C_CloseSession(session.handle);
      if (session.generation == generation_) disconnect();
    } else {
      idle_.push_back(session.handle);
    }
  }
  returned_.notify_one();
}

Status TokenSessions::with_writing(const std::function<Status(TokenSession&)>& work) {
  return with([&](TokenSession& reading) -> Status {
    CK_SESSION_HANDLE handle = 0;
    CK_SLOT_ID slot = 0;
    {
      const std::scoped_lock lock(mutex_);
      slot = slot_;
    }
    TRY(reading.check(reading->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle), "C_OpenSession"));
    TokenSession writing(*this, handle, reading.generation);
    Status done = work(writing);
    if (writing.is_lost()) reading.lose();
    (void)writing->C_CloseSession(handle);
    return done;
  });
}

}  // namespace warifu::crypto::internal
