#include "crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/openssl_internal.h"
#include "crypto/plain_text.h"
#include "crypto/random.h"

namespace warifu::crypto {

namespace {

using internal::PkeyPtr;

struct FreeX509 {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(ASN1_OCTET_STRING* p) const { ASN1_OCTET_STRING_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeX509>;

tl::unexpected<Error> broken(const char* what) {
  ERR_clear_error();
  return fail(Code::CRYPTO, what);
}

bool is_address(const std::string& host) {
  const Owned<ASN1_OCTET_STRING> address(a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

// Letters, digits, hyphens and dots only: the text goes into OpenSSL's little language of extensions, where a comma would begin another name.
bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         std::ranges::all_of(host, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

Result<std::string> alternative_names(const std::vector<std::string>& hosts) {
  if (hosts.size() > kCertificateHostsMax)
    return fail(Code::TOO_MANY, "too many hosts for one certificate", "hosts", {{"max", std::to_string(kCertificateHostsMax)}});
  std::string out;
  for (const std::string& host : hosts) {
    const bool address = is_address(host);
    if (!address && !is_host_name(host)) return fail(Code::BAD_VALUE, "neither a DNS name nor an address", "hosts", {{"expected", "host"}});
    out += (out.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + host;
  }
  return out;
}

Status add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) return broken("an extension of the certificate");
  return {};
}

Status set_serial(X509* certificate) {
  Bytes serial = random_bytes(16);
  serial[0] &= 0x7f;  // a positive number
  serial[0] |= 0x40;
  const Owned<BIGNUM> number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  if (number == nullptr || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) return broken("the certificate's number");
  return {};
}

Result<std::string> text_of_bio(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  if (size <= 0 || data == nullptr) return broken("PEM");
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

Result<TlsIdentity> make_tls_identity(const CertificateSubject& subject, Time now) {
  if (!is_org_name(subject.common_name)) return fail(Code::BAD_VALUE, "not the name of an organisation", "common_name", {{"expected", "org"}});
  const std::string names = TRY(alternative_names(subject.hosts));
  const PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Owned<X509> certificate(X509_new());
  if (key == nullptr || certificate == nullptr || X509_set_version(certificate.get(), X509_VERSION_3) != 1) return broken("no certificate");
  TRY(set_serial(certificate.get()));
  const Time from = now - days(1);
  if (ASN1_TIME_set(X509_getm_notBefore(certificate.get()), static_cast<time_t>(from.seconds())) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<time_t>((from + kCertificateLife).seconds())) == nullptr)
    return broken("the certificate's period");
  X509_NAME* name = X509_get_subject_name(certificate.get());
  if (X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(subject.common_name.data()),
                                 static_cast<int>(subject.common_name.size()), -1, 0) != 1 ||
      X509_set_issuer_name(certificate.get(), name) != 1 || X509_set_pubkey(certificate.get(), key.get()) != 1)
    return broken("the certificate's name");
  TRY(add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE"));
  TRY(add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature"));
  TRY(add_extension(certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth"));
  if (!names.empty()) TRY(add_extension(certificate.get(), NID_subject_alt_name, names));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return broken("the certificate's signature");

  const Owned<BIO> certificate_text(BIO_new(BIO_s_mem()));
  const Owned<BIO> key_text(BIO_new(BIO_s_secmem()));
  if (certificate_text == nullptr || key_text == nullptr || PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return broken("PEM");
  return TlsIdentity{TRY(text_of_bio(certificate_text.get())), Sensitive<std::string>(TRY(text_of_bio(key_text.get())))};
}

Result<Sha256> spki_sha256(std::string_view certificate_pem) {
  if (certificate_pem.size() > kCertificatePemMax)
    return fail(Code::TOO_LARGE, "too large for a certificate", "certificate", {{"max", std::to_string(kCertificatePemMax)}});
  const Owned<BIO> in(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  // An empty passphrase instead of a prompt on the terminal.
  const Owned<X509> certificate(in == nullptr ? nullptr : PEM_read_bio_X509(in.get(), nullptr, nullptr, const_cast<char*>("")));
  if (certificate == nullptr) {
    ERR_clear_error();
    return fail(Code::BAD_ENCODING, "not a certificate in PEM", "certificate", {{"expected", "PEM"}});
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  if (size <= 0) return broken("the certificate's key");
  const Sha256 digest = sha256(ByteView(der, static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return digest;
}

}  // namespace warifu::crypto
