#include "crypto/certificate.h"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "base/testing_mutations.h"

namespace warifu::crypto {
namespace {

const Time kNow = Time::from_seconds(1'795'237'500);

struct Parsed {
  explicit Parsed(const TlsIdentity& identity) {
    BIO* in = BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size()));
    certificate.reset(PEM_read_bio_X509(in, nullptr, nullptr, nullptr));
    BIO_free(in);
    BIO* key_in = BIO_new_mem_buf(identity.key.reveal().data(), static_cast<int>(identity.key.reveal().size()));
    key.reset(PEM_read_bio_PrivateKey(key_in, nullptr, nullptr, nullptr));
    BIO_free(key_in);
  }
  struct Free {
    void operator()(X509* p) const { X509_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  };
  std::unique_ptr<X509, Free> certificate;
  std::unique_ptr<EVP_PKEY, Free> key;
};

TEST_CASE("a TLS identity is a key and the certificate that it signed for the organisation and its hosts") {
  const Result<TlsIdentity> made = make_tls_identity({"minato.police.example", {"hub.example", "127.0.0.1", "::1"}}, kNow);
  REQUIRE(made);
  const Parsed parsed(*made);
  X509* certificate = parsed.certificate.get();
  REQUIRE(certificate != nullptr);
  CHECK(X509_check_private_key(certificate, parsed.key.get()) == 1);
  CHECK(X509_verify(certificate, parsed.key.get()) == 1);
  CHECK(X509_check_host(certificate, "hub.example", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(certificate, "other.example", 0, 0, nullptr) == 0);
  CHECK(X509_check_ip_asc(certificate, "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(certificate, "0:0:0:0:0:0:0:1", 0) == 1);
  CHECK(X509_check_ca(certificate) == 0);
  std::array<char, 128> name{};
  CHECK(X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size()) > 0);
  CHECK(std::string(name.data()) == "minato.police.example");
  time_t inside = static_cast<time_t>(kNow.seconds());
  CHECK(X509_cmp_time(X509_get0_notBefore(certificate), &inside) < 0);
  time_t late = inside + 9 * 365 * 86'400;
  CHECK(X509_cmp_time(X509_get0_notAfter(certificate), &late) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(parsed.key.get(), &der);
  REQUIRE(size > 0);
  std::array<unsigned char, 32> expected{};
  unsigned length = 0;
  REQUIRE(EVP_Digest(der, static_cast<std::size_t>(size), expected.data(), &length, EVP_sha256(), nullptr) == 1);
  OPENSSL_free(der);
  CHECK(spki_sha256(made->certificate).value().bytes == expected);
  CHECK(spki_sha256(made->certificate).value() != spki_sha256(make_tls_identity({"minato.police.example", {}}, kNow)->certificate).value());
}

TEST_CASE("what a certificate cannot carry is refused") {
  for (const char* name : {"", "Minato", "a b", "a,b", "..", "x/y"}) CHECK(make_tls_identity({name, {}}, kNow).error().code == Code::BAD_VALUE);
  for (const char* host : {"", "a,DNS:b", "A.example", "-a", ".a", "a b", "critical,CA:TRUE", "a\nb", "1.2.3.4,IP:5.6.7.8"})
    CHECK(make_tls_identity({"a.example", {host}}, kNow).error().where == "hosts");
  CHECK(make_tls_identity({std::string(64, 'a'), {}}, kNow));
  CHECK(make_tls_identity({"a.example", std::vector<std::string>(kCertificateHostsMax, "a.example")}, kNow));
  CHECK(make_tls_identity({"a.example", std::vector<std::string>(kCertificateHostsMax + 1, "a.example")}, kNow).error().code == Code::TOO_MANY);
}

TEST_CASE("a text without a certificate has no digest") {
  const TlsIdentity made = make_tls_identity({"a.example", {}}, kNow).value();
  CHECK(spki_sha256("").error().code == Code::BAD_ENCODING);
  CHECK(spki_sha256(made.key.reveal()).error().code == Code::BAD_ENCODING);
  CHECK(spki_sha256(made.certificate.substr(0, made.certificate.size() / 2)).error().code == Code::BAD_ENCODING);
  CHECK(spki_sha256(std::string(kCertificatePemMax + 1, 'x')).error().code == Code::TOO_LARGE);
}

// A certificate signs itself, so that nothing in it but the key says who may show it, and that the log of keys says. A changed one is refused, or has
// the digest of the key it holds: another one than the log's exactly when the key is another.
TEST_CASE("bad input: a certificate cut anywhere, and with every bit flipped") {
  const TlsIdentity made = make_tls_identity({"minato.police.example", {"hub.example"}}, kNow).value();
  const Sha256 genuine = spki_sha256(made.certificate).value();
  const Parsed parsed(made);
  const auto der_of = [](auto write, auto* object) {
    unsigned char* raw = nullptr;
    const int size = write(object, &raw);
    REQUIRE(size > 0);
    std::string out(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
    OPENSSL_free(raw);
    return out;
  };
  const std::string whole = der_of([](X509* x, unsigned char** out) { return i2d_X509(x, out); }, parsed.certificate.get());
  const std::string key = der_of([](EVP_PKEY* k, unsigned char** out) { return i2d_PUBKEY(k, out); }, parsed.key.get());
  const std::size_t begin = whole.find(key);
  REQUIRE(begin != std::string::npos);
  const auto pem_of = [](std::string_view der) {
    return "-----BEGIN CERTIFICATE-----\n" + to_base64(bytes_of(der)) + "\n-----END CERTIFICATE-----\n";
  };
  REQUIRE(spki_sha256(pem_of(whole)).value() == genuine);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < whole.size() * 8; ++i) {
    std::string changed = whole;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ static_cast<char>(1u << (i % 8)));
    const Result<Sha256> digest = spki_sha256(pem_of(changed));
    const bool is_in_key = i / 8 >= begin && i / 8 < begin + key.size();
    CAPTURE(i);
    if (digest) {
      CHECK((*digest == genuine) == !is_in_key);
    } else {
      ++refused;
      testing::check_blames_sender(digest.error(), "a flipped bit");
    }
  }
  CHECK(refused > 0);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(spki_sha256(pem_of(whole.substr(0, i))).error().code == Code::BAD_ENCODING);
  for (std::size_t i = 0; i + 2 < made.certificate.size(); ++i) CHECK_FALSE(spki_sha256(made.certificate.substr(0, i)).has_value());
  for (const testing::Mutation& mutation : testing::flipped(made.certificate)) {
    const Result<Sha256> digest = spki_sha256(mutation.text);
    if (!digest) testing::check_blames_sender(digest.error(), mutation.what);
  }
}

}  // namespace
}  // namespace warifu::crypto
