#include "crypto/pkcs11.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>

#include "crypto/pkcs11_session.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace {

using internal::Pkcs11Library;
using internal::TokenSession;
using internal::TokenSessions;

constexpr std::array<std::uint8_t, 5> kEd25519Curve = {0x06, 0x03, 0x2b, 0x65, 0x70};                              // 1.3.101.112 (RFC 8410)
constexpr std::array<std::uint8_t, 10> kP256Curve = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};  // 1.2.840.10045.3.1.7
constexpr std::array<std::uint8_t, 14> kEd25519CurveName = {0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9'};
constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kProbe = "warifu: do both parts of this key belong together?";

CK_KEY_TYPE type_of(TokenKeyKind kind) { return kind == TokenKeyKind::ED25519 ? CKK_EC_EDWARDS : CKK_EC; }

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) { return {type, const_cast<void*>(value), size}; }
template <class T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const T& value) {
  return attribute(type, &value, sizeof value);
}
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, std::string_view text) { return attribute(type, text.data(), text.size()); }

Status check_label(std::string_view label) {
  if (label.empty() || label.size() > kTokenLabelBytesMax)
    return fail(Code::BAD_VALUE, "not a label for a key", "label", {{"expected", "1-" + std::to_string(kTokenLabelBytesMax) + " bytes"}});
  return {};
}

Result<std::vector<CK_OBJECT_HANDLE>> find_all(TokenSession& session, std::span<CK_ATTRIBUTE> wanted) {
  TRY(session.check(session->C_FindObjectsInit(session.handle, wanted.data(), wanted.size()), "C_FindObjectsInit"));
  std::vector<CK_OBJECT_HANDLE> out(kTokenKeysMax);
  CK_ULONG count = 0;
  const CK_RV code = session->C_FindObjects(session.handle, out.data(), out.size(), &count);
  (void)session->C_FindObjectsFinal(session.handle);
  TRY(session.check(code, "C_FindObjects"));
  out.resize(count);
  return out;
}

// Private objects are invisible, not refused, to a session that nobody is logged in to: then the connection is made anew.
Status check_logged_in(TokenSession& session) {
  CK_SESSION_INFO info{};
  TRY(session.check(session->C_GetSessionInfo(session.handle, &info), "C_GetSessionInfo"));
  const bool is_in = info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS;
  return is_in ? Status{} : session.check(CKR_USER_NOT_LOGGED_IN, "C_FindObjects");
}

Result<std::vector<CK_OBJECT_HANDLE>> find_parts(TokenSession& session, CK_OBJECT_CLASS part, TokenKeyKind kind, std::string_view label) {
  const CK_KEY_TYPE type = type_of(kind);
  std::array wanted = {attribute(CKA_CLASS, part), attribute(CKA_KEY_TYPE, type), attribute(CKA_LABEL, label)};
  auto found = TRY(find_all(session, wanted));
  if (found.empty() && part == CKO_PRIVATE_KEY) TRY(check_logged_in(session));
  return found;
}

Result<CK_OBJECT_HANDLE> find_one(TokenSession& session, CK_OBJECT_CLASS part, TokenKeyKind kind, std::string_view label) {
  const auto found = TRY(find_parts(session, part, kind, label));
  if (found.empty()) return fail(Code::NOT_FOUND, "the token has no such key", std::string(label));
  if (found.size() > 1) return fail(Code::CONFLICT, "the token has two keys of this label", std::string(label));
  return found.front();
}

Result<Bytes> read_attribute(TokenSession& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  constexpr std::size_t kAttributeBytesMax = 4096;
  CK_ATTRIBUTE wanted{type, nullptr, 0};
  TRY(session.check(session->C_GetAttributeValue(session.handle, object, &wanted, 1), "C_GetAttributeValue"));
  if (wanted.ulValueLen > kAttributeBytesMax) return fail(Code::CRYPTO, "an attribute of an impossible length");
  Bytes out(wanted.ulValueLen);
  wanted.pValue = out.data();
  TRY(session.check(session->C_GetAttributeValue(session.handle, object, &wanted, 1), "C_GetAttributeValue"));
  out.resize(wanted.ulValueLen);
  return out;
}

// CKA_EC_POINT: version 2.40 wraps the point in an OCTET STRING, 3.0 gives an Edwards point bare, and libraries do either.
template <std::size_t N>
Result<std::array<std::uint8_t, N>> read_point(TokenSession& session, CK_OBJECT_HANDLE object, std::string_view label) {
  const Bytes raw = TRY(read_attribute(session, object, CKA_EC_POINT));
  ByteView point(raw);
  if (raw.size() == N + 2 && raw[0] == 0x04 && raw[1] == N) point = point.subspan(2);
  if (point.size() != N) return fail(Code::BAD_KEY, "the public part of the key is not a point", std::string(label));
  std::array<std::uint8_t, N> out{};
  std::ranges::copy(point, out.begin());
  return out;
}

// A key of the token, by its label. Its handle is good for one connection; in the next it is looked for again.
class TokenKey {
 public:
  TokenKey(std::shared_ptr<TokenSessions> sessions, TokenKeyKind kind, std::string_view label)
      : sessions_(std::move(sessions)), kind_(kind), label_(label) {}
  [[nodiscard]] const std::string& label() const { return label_; }
  template <class Use>
  auto use(Use&& use) const {
    return sessions_->with([&](TokenSession& session) -> decltype(use(session, CK_OBJECT_HANDLE{})) {
      const CK_OBJECT_HANDLE handle = TRY(handle_in(session));
      return use(session, handle);
    });
  }
  template <std::size_t N>
  Result<std::array<std::uint8_t, N>> public_point() const {
    return sessions_->with([&](TokenSession& session) -> Result<std::array<std::uint8_t, N>> {
      return read_point<N>(session, TRY(find_one(session, CKO_PUBLIC_KEY, kind_, label_)), label_);
    });
  }

 private:
  Result<CK_OBJECT_HANDLE> handle_in(TokenSession& session) const {
    {
      const std::scoped_lock lock(mutex_);
      if (generation_ == session.generation) return handle_;
    }
    const CK_OBJECT_HANDLE found = TRY(find_one(session, CKO_PRIVATE_KEY, kind_, label_));
    const std::scoped_lock lock(mutex_);
    handle_ = found;
    generation_ = session.generation;
    return found;
  }

  std::shared_ptr<TokenSessions> sessions_;
  TokenKeyKind kind_;
  std::string label_;
  mutable std::mutex mutex_;
  mutable CK_OBJECT_HANDLE handle_ = 0;
  mutable std::uint64_t generation_ = 0;  // 0: never looked for
};

class TokenEd25519 final : public SigningKey {
 public:
  static Result<std::shared_ptr<const SigningKey>> open(std::shared_ptr<TokenSessions> sessions, std::string_view label) {
    auto key = std::make_shared<TokenEd25519>(std::move(sessions), label);
    key->verifier_.emplace(Ed25519Public{TRY(key->key_.public_point<32>())});
    TRY(check_public_key(key->public_key()));
    TRY(key->sign(bytes_of(kProbe)));
    return key;
  }
  TokenEd25519(std::shared_ptr<TokenSessions> sessions, std::string_view label) : key_(std::move(sessions), TokenKeyKind::ED25519, label) {}

  const Ed25519Public& public_key() const override { return verifier_->key(); }
  // Each signature is verified before it is given out: a faulty one would be refused later by everybody, and can betray an Ed25519 key.
  Result<Ed25519Signature> sign(ByteView message) const override {
    Ed25519Signature out{};
    TRY(key_.use([&](TokenSession& session, CK_OBJECT_HANDLE handle) -> Status {
      CK_MECHANISM mechanism{CKM_EDDSA, nullptr, 0};
      TRY(session.check(session->C_SignInit(session.handle, &mechanism, handle), "C_SignInit"));
      CK_ULONG size = out.size();
      TRY(session.check(session->C_Sign(session.handle, const_cast<CK_BYTE*>(message.data()), message.size(), out.data(), &size), "C_Sign"));
      if (size != out.size()) return fail(Code::CRYPTO, "a signature of an impossible length", key_.label());
      return {};
    }));
    if (!verifier_->verify(message, out)) return fail(Code::BAD_KEY, "the token's signature does not fit its public key", key_.label());
    return out;
  }

 private:
  TokenKey key_;
  std::optional<Ed25519Verifier> verifier_;
};

class TokenP256 final : public P256Secret {
 public:
  static Result<std::shared_ptr<const P256Secret>> open(std::shared_ptr<TokenSessions> sessions, std::string_view label) {
    auto key = std::make_shared<TokenP256>(std::move(sessions), label);
    key->public_ = TRY(key->key_.public_point<65>());
    const auto probe = generate_p256();
    if (TRY(key->agree(probe->public_key())) != TRY(probe->agree(key->public_)))
      return fail(Code::BAD_KEY, "the parts of the token's key do not belong together", std::string(label));
    return key;
  }
  TokenP256(std::shared_ptr<TokenSessions> sessions, std::string_view label) : key_(std::move(sessions), TokenKeyKind::P256, label) {}

  const P256Public& public_key() const override { return public_; }
  Result<SharedSecret> agree(const P256Public& other) const override {
    // Not left to the token: a point of another curve would draw bits of the key out of one that does not look.
    if (TRY(p256_expand(p256_compress(other))) != other) return fail(Code::BAD_KEY, "not a point of the curve");
    return key_.use([&](TokenSession& session, CK_OBJECT_HANDLE handle) { return derive(session, handle, other); });
  }

 private:
  static Result<SharedSecret> derive(TokenSession& session, CK_OBJECT_HANDLE handle, P256Public other) {
    CK_ECDH1_DERIVE_PARAMS params{};
    params.kdf = CKD_NULL;
    params.pPublicData = other.data();
    params.ulPublicDataLen = other.size();
    CK_MECHANISM mechanism{CKM_ECDH1_DERIVE, &params, sizeof params};
    const CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY;
    const CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    const CK_ULONG size = 32;
    const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    // An object of this session alone, read once and gone.
    std::array wanted = {attribute(CKA_CLASS, secret_class), attribute(CKA_KEY_TYPE, type),   attribute(CKA_TOKEN, no),
                         attribute(CKA_SENSITIVE, no),       attribute(CKA_EXTRACTABLE, yes), attribute(CKA_VALUE_LEN, size)};
    CK_OBJECT_HANDLE object = 0;
    TRY(session.check(session->C_DeriveKey(session.handle, &mechanism, handle, wanted.data(), wanted.size(), &object), "C_DeriveKey"));
    std::array<std::uint8_t, 32> raw{};
    CK_ATTRIBUTE value = attribute(CKA_VALUE, raw.data(), raw.size());
    const CK_RV code = session->C_GetAttributeValue(session.handle, object, &value, 1);
    (void)session->C_DestroyObject(session.handle, object);
    TRY(session.check(code, "C_GetAttributeValue"));
    SharedSecret secret(raw);
    wipe(raw.data(), raw.size());
    if (value.ulValueLen != raw.size() || std::ranges::all_of(secret.reveal(), [](std::uint8_t b) { return b == 0; }))
      return fail(Code::BAD_KEY, "no secret can be agreed with that point");
    return secret;
  }

  TokenKey key_;
  P256Public public_{};
};

Status generate(TokenSession& session, TokenKeyKind kind, std::string_view label, ByteView curve) {
  if (!TRY(find_parts(session, CKO_PRIVATE_KEY, kind, label)).empty() || !TRY(find_parts(session, CKO_PUBLIC_KEY, kind, label)).empty())
    return fail(Code::CONFLICT, "the token has a key of this label", std::string(label));
  const bool signs = kind == TokenKeyKind::ED25519;
  const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  const CK_BBOOL sign = signs ? CK_TRUE : CK_FALSE, agree = signs ? CK_FALSE : CK_TRUE;
  const auto id = random_array<kIdBytes>();
  std::array open = {attribute(CKA_TOKEN, yes),
                     attribute(CKA_PRIVATE, no),
                     attribute(CKA_EC_PARAMS, curve.data(), curve.size()),
                     attribute(CKA_LABEL, label),
                     attribute(CKA_ID, id.data(), id.size()),
                     attribute(CKA_VERIFY, sign)};
  std::array secret = {attribute(CKA_TOKEN, yes),      attribute(CKA_PRIVATE, yes), attribute(CKA_SENSITIVE, yes),
                       attribute(CKA_EXTRACTABLE, no), attribute(CKA_LABEL, label), attribute(CKA_ID, id.data(), id.size()),
                       attribute(CKA_SIGN, sign),      attribute(CKA_DERIVE, agree)};
  CK_MECHANISM mechanism{signs ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE open_handle = 0, secret_handle = 0;
  return session.check(
      session->C_GenerateKeyPair(session.handle, &mechanism, open.data(), open.size(), secret.data(), secret.size(), &open_handle, &secret_handle),
      "C_GenerateKeyPair");
}

}  // namespace

struct Token::Impl {
  std::shared_ptr<TokenSessions> sessions;
};

Token::Token(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Token::~Token() = default;

Result<std::shared_ptr<Token>> Token::open(TokenOptions options) {
  auto library = TRY(Pkcs11Library::load(options.module));
  auto impl = std::make_shared<Impl>(Impl{std::make_shared<TokenSessions>(std::move(library), std::move(options))});
  TRY(impl->sessions->with([](TokenSession&) -> Status { return {}; }));  // finds the token and logs in
  return std::shared_ptr<Token>(new Token(std::move(impl)));
}

Result<std::shared_ptr<const SigningKey>> Token::ed25519(std::string_view label) const { return TokenEd25519::open(impl_->sessions, label); }
Result<std::shared_ptr<const P256Secret>> Token::p256(std::string_view label) const { return TokenP256::open(impl_->sessions, label); }

Result<std::shared_ptr<const SigningKey>> Token::generate_ed25519(std::string_view label) {
  TRY(check_label(label));
  TRY(impl_->sessions->with_writing([&](TokenSession& session) -> Status {
    Status made = generate(session, TokenKeyKind::ED25519, label, kEd25519Curve);
    // Some libraries know the curve by the name that version 3.0 gives it, and not by its number.
    if (!made && made.error().code == Code::CRYPTO) return generate(session, TokenKeyKind::ED25519, label, kEd25519CurveName);
    return made;
  }));
  return ed25519(label);
}

Result<std::shared_ptr<const P256Secret>> Token::generate_p256(std::string_view label) {
  TRY(check_label(label));
  TRY(impl_->sessions->with_writing([&](TokenSession& session) { return generate(session, TokenKeyKind::P256, label, kP256Curve); }));
  return p256(label);
}

Status Token::destroy(TokenKeyKind kind, std::string_view label) {
  return impl_->sessions->with_writing([&](TokenSession& session) -> Status {
    std::vector<CK_OBJECT_HANDLE> parts = TRY(find_parts(session, CKO_PRIVATE_KEY, kind, label));
    std::ranges::copy(TRY(find_parts(session, CKO_PUBLIC_KEY, kind, label)), std::back_inserter(parts));
    if (parts.empty()) return fail(Code::NOT_FOUND, "the token has no such key", std::string(label));
    for (const CK_OBJECT_HANDLE part : parts) TRY(session.check(session->C_DestroyObject(session.handle, part), "C_DestroyObject"));
    return {};
  });
}

Result<std::vector<Token::Listed>> Token::list() const {
  return impl_->sessions->with([&](TokenSession& session) -> Result<std::vector<Listed>> {
    std::vector<Listed> out;
    for (const TokenKeyKind kind : {TokenKeyKind::ED25519, TokenKeyKind::P256}) {
      const CK_OBJECT_CLASS part = CKO_PRIVATE_KEY;
      const CK_KEY_TYPE type = type_of(kind);
      std::array wanted = {attribute(CKA_CLASS, part), attribute(CKA_KEY_TYPE, type)};
      for (const CK_OBJECT_HANDLE object : TRY(find_all(session, wanted))) {
        const Bytes label = TRY(read_attribute(session, object, CKA_LABEL));
        out.push_back({kind, std::string(text_of(label))});
      }
    }
    std::ranges::sort(out, {}, [](const Listed& one) { return std::pair(one.kind, one.label); });
    return out;
  });
}

}  // namespace warifu::crypto
