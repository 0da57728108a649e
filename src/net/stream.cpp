#include "net/stream.h"

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "crypto/hash.h"
#include "net/server.h"

namespace warifu::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}
  void handshake(Done done) override {
    asio::post(socket_.get_executor(), [done = std::move(done)] { done({}, 0); });
  }
  void read_some(asio::mutable_buffer into, Done done) override { socket_.async_read_some(into, std::move(done)); }
  void write(TwoBuffers from, Done done) override { asio::async_write(socket_, from, std::move(done)); }
  void finish(Done done) override {
    ErrorCode error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    asio::post(socket_.get_executor(), [error, done = std::move(done)] { done(error, 0); });
  }
  tcp::socket& socket() override { return socket_; }
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const override { return std::nullopt; }

 private:
  tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}
  void handshake(Done done) override {
    stream_.async_handshake(asio::ssl::stream_base::server, [done = std::move(done)](ErrorCode error) { done(error, 0); });
  }
  void read_some(asio::mutable_buffer into, Done done) override { stream_.async_read_some(into, std::move(done)); }
  void write(TwoBuffers from, Done done) override { asio::async_write(stream_, from, std::move(done)); }
  void finish(Done done) override {
    // close_notify goes out; what comes back, if anything, does not matter to an answer already framed by its length.
    stream_.async_shutdown([this, done = std::move(done)](ErrorCode) {
      ErrorCode error;
      socket().shutdown(tcp::socket::shutdown_send, error);
      done(error, 0);
    });
  }
  tcp::socket& socket() override { return stream_.next_layer(); }

  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const override {
    SSL* ssl = const_cast<asio::ssl::stream<tcp::socket>&>(stream_).native_handle();
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), &X509_free);
    if (certificate == nullptr) return std::nullopt;
    PeerCertificate peer;
    unsigned size = 0;
    if (X509_digest(certificate.get(), EVP_sha256(), peer.fingerprint.bytes.data(), &size) != 1 || size != 32) return std::nullopt;
    unsigned char* key = nullptr;
    const int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &key);
    if (key_size <= 0) return std::nullopt;
    peer.spki = crypto::sha256(ByteView(key, static_cast<std::size_t>(key_size)));
    OPENSSL_free(key);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    const int position = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (position >= 0) {
      unsigned char* text = nullptr;
      const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, position)));
      if (length >= 0) peer.common_name.assign(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
      OPENSSL_free(text);
    }
    return peer;
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

Error config_error(const char* what, std::string where, std::string_view expected) {
  return Error{Code::CONFIG, what, std::move(where), {{"expected", std::string(expected)}}};
}

}  // namespace

std::unique_ptr<Stream> plain_stream(tcp::socket socket) { return std::make_unique<PlainStream>(std::move(socket)); }

std::unique_ptr<Stream> tls_stream(tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsStream>(std::move(socket), context);
}

Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const TlsOptions& options) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  if (SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION) != 1) return fail(Code::CONFIG, "TLS 1.3 is not available");
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  ErrorCode error;
  // Without this an encrypted key would stop the start at a prompt on the terminal.
  context->set_password_callback([](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, error);
  context->use_certificate_chain_file(options.certificate_file.string(), error);
  if (error) return tl::unexpected(config_error("the certificate cannot be read", "tls.certificate_file", "PEM"));
  context->use_private_key_file(options.key_file.string(), asio::ssl::context::pem, error);
  if (error) return tl::unexpected(config_error("the key cannot be read or does not belong to the certificate", "tls.key_file", "PEM"));
  if (SSL_CTX_check_private_key(native) != 1)
    return tl::unexpected(config_error("the key does not belong to the certificate", "tls.key_file", "PEM"));
  if (!options.client_ca_file && !options.any_client_certificate) return context;
  if (options.client_ca_file && options.any_client_certificate)
    return tl::unexpected(config_error("any certificate, or those of an authority", "tls.client_ca_file", "nothing"));
  const int insist = options.client_certificate_optional ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  if (options.any_client_certificate) {
    // Instead of the chain; the signature of the handshake (CertificateVerify) is checked by the library all the same.
    SSL_CTX_set_cert_verify_callback(native, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER | insist, nullptr);
  } else {
    const std::string authorities = options.client_ca_file->string();
    context->load_verify_file(authorities, error);
    STACK_OF(X509_NAME)* names = error ? nullptr : SSL_load_client_CA_file(authorities.c_str());
    if (names == nullptr) return tl::unexpected(config_error("the client CA cannot be read", "tls.client_ca_file", "PEM"));
    SSL_CTX_set_client_CA_list(native, names);  // takes ownership
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER | insist, nullptr);
  }
  // A resumed session keeps the verified certificate only within a named context (SSL_CTX_set_session_id_context(3)).
  static constexpr std::array<unsigned char, 6> kContextName = {'w', 'a', 'r', 'i', 'f', 'u'};
  SSL_CTX_set_session_id_context(native, kContextName.data(), kContextName.size());
  return context;
}

}  // namespace warifu::net
