#include "net/client.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>

#include "net/curl.h"

namespace warifu::net {
namespace {

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// Room that is made for an answer of an announced length; a longer one grows into it.
constexpr std::uint64_t kAnswerReservedMax = 4 * 1024 * 1024;

struct Collected {
  CURL* handle = nullptr;
  ClientAnswer answer;
  std::uint64_t bytes_max = 0;
  bool is_over = false;
  const std::function<Status(ByteView)>* take = nullptr;
  Status taken;  // the first failure of it
};

std::size_t collect_body(char* data, std::size_t one, std::size_t size, void* user) noexcept {
  auto& collected = *static_cast<Collected*>(user);
  const std::size_t total = one * size;
  if (collected.take != nullptr && *collected.take) {
    long status = 0;
    curl_easy_getinfo(collected.handle, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      collected.taken = (*collected.take)(bytes_of(std::string_view(data, total)));
      return collected.taken ? total : 0;
    }
  }
  if (total > collected.bytes_max - collected.answer.body.size()) {
    collected.is_over = true;
    return 0;
  }
  if (collected.answer.body.empty()) {
    curl_off_t announced = 0;
    curl_easy_getinfo(collected.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0) collected.answer.body.reserve(static_cast<std::size_t>(std::min(static_cast<std::uint64_t>(announced), kAnswerReservedMax)));
  }
  collected.answer.body.append(data, total);
  return total;
}

std::size_t collect_header(char* data, std::size_t one, std::size_t size, void* user) noexcept {
  auto& collected = *static_cast<Collected*>(user);
  std::string_view line(data, one * size);
  // A new status line (after 100 Continue) starts the headers afresh.
  if (line.starts_with("HTTP/")) collected.answer.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return one * size;
  Header header{std::string(line.substr(0, colon)), {}};
  for (char& c : header.name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  header.value = value;
  collected.answer.headers.push_back(std::move(header));
  return one * size;
}

bool is_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t'; });
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Status set_headers(CurlList& list, const ClientRequest& request) {
  bool is_good = list.append("Expect:");  // no waiting for 100 Continue
  for (const Header& header : request.headers) {
    if (!is_token(header.name) || !is_line(header.value)) return fail(Code::BAD_VALUE, "a header that cannot be sent", "headers");
    is_good = is_good && list.append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (!is_good) return fail(Code::IO, "no memory for headers");
  return {};
}

// The file must live as long as the transfer, so the caller holds it.
Status set_body(CURL* handle, const ClientRequest& request, std::unique_ptr<std::FILE, FileClose>& file) {
  if (request.method == "GET" && !request.body_file) return {};
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return {};
  }
  if (request.body_file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(*request.body_file, error);
    file.reset(error ? nullptr : std::fopen(request.body_file->c_str(), "rbe"));
    if (file == nullptr) return fail(Code::IO, "the file to be sent cannot be read", "body_file");
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READDATA, file.get());  // the library's default reader is fread
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  } else {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  return {};
}

int tell_progress(void* told, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t gone) noexcept {
  const auto& tell = *static_cast<const std::function<void(std::uint64_t, std::uint64_t)>*>(told);
  const bool goes = to_go > 0;
  tell(static_cast<std::uint64_t>(std::max<curl_off_t>(goes ? gone : came, 0)),
       static_cast<std::uint64_t>(std::max<curl_off_t>(goes ? to_go : to_come, 0)));
  return 0;
}

// A file takes as long as it takes, but not forever without moving. A server that has it all digests and checks it before it answers.
void allow_time_for_files(CURL* handle, const ClientRequest& request, const ClientOptions& options) {
  if (!request.body_file && !request.take) return;
  constexpr std::uint64_t kLookedAtPerSecond = 8 * 1024 * 1024;
  std::error_code unknown;
  const std::uint64_t bytes = request.body_file ? std::filesystem::file_size(*request.body_file, unknown) : 0;
  const std::uint64_t looked_at = unknown ? 0 : bytes / kLookedAtPerSecond;
  const auto still = std::chrono::duration_cast<std::chrono::seconds>(options.timeout).count() + static_cast<std::int64_t>(looked_at);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 0L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::max<std::int64_t>(still, 1)));
  if (!options.progress) return;
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &tell_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &options.progress);
}

int is_interrupted(void* flag, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
}

Error transfer_error(CURLcode code, const Collected& collected) {
  if (!collected.taken) return collected.taken.error();
  if (collected.is_over) return Error{Code::TOO_LARGE, "the answer is too large", "answer", {{"max", std::to_string(collected.bytes_max)}}};
  if (code == CURLE_OPERATION_TIMEDOUT) return Error{Code::TIMEOUT, curl_easy_strerror(code), "server", {}};
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return Error{Code::BAD_VALUE, curl_easy_strerror(code), "url", {{"expected", "http://… or https://…"}}};
  if (code == CURLE_ABORTED_BY_CALLBACK) return Error{Code::CANCELLED, "the request was given up", "server", {}};
  if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
    return Error{Code::PEER_UNAVAILABLE, "the server has another key than the one it is known by", "key", {}};
  return Error{Code::PEER_UNAVAILABLE, curl_easy_strerror(code), "server", {}};
}

}  // namespace

std::optional<std::string_view> ClientAnswer::header(std::string_view name) const {
  for (const Header& candidate : headers)
    if (candidate.name == name) return candidate.value;
  return std::nullopt;
}

namespace {

// One transfer on a handle whose connection options are set already.
Result<ClientAnswer> perform(CURL* handle, const ClientRequest& request, const std::string& url, std::uint64_t answer_bytes_max) {
  if (!is_token(request.method)) return fail(Code::BAD_VALUE, "not a method", "method");
  Collected collected;
  collected.handle = handle;
  collected.bytes_max = answer_bytes_max;
  collected.take = &request.take;
  CurlList headers;
  TRY(set_headers(headers, request));
  std::unique_ptr<std::FILE, FileClose> file;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &collect_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &collected);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &collect_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &collected);
  TRY(set_body(handle, request, file));
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // An upload refused early: the answer arrived whole although the body was not taken whole.
  const bool is_early_answer = code == CURLE_SEND_ERROR && status >= 400;
  if (code != CURLE_OK && !is_early_answer) return tl::unexpected(transfer_error(code, collected));
  collected.answer.status = static_cast<int>(status);
  return std::move(collected.answer);
}

}  // namespace

Result<ClientAnswer> send_request(const ClientRequest& request, const ClientOptions& options) {
  const CurlEasy curl = make_curl("http,https", options.connect_timeout, options.timeout, options.ca_file);
  if (curl == nullptr) return fail(Code::IO, "the HTTP library cannot be initialised");
  if (options.pinned_key) {
    // The key is the identity: no authority speaks for it and no name is asked.
    curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_PINNEDPUBLICKEY, ("sha256//" + to_base64(options.pinned_key->bytes)).c_str());
  }
  if (options.certificate_file) curl_easy_setopt(curl.get(), CURLOPT_SSLCERT, options.certificate_file->c_str());
  if (options.key_file) curl_easy_setopt(curl.get(), CURLOPT_SSLKEY, options.key_file->c_str());
  allow_time_for_files(curl.get(), request, options);
  return perform(curl.get(), request, request.url, options.answer_bytes_max);
}

struct KeptClient::Impl {
  std::atomic<bool> is_interrupted{false};
  KeptClientOptions options;
  std::string pin;
  std::mutex mutex;
  CurlEasy curl;
};

KeptClient::KeptClient(KeptClientOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->pin = "sha256//" + to_base64(options.server_key.bytes);
  impl_->options = std::move(options);
}

KeptClient::~KeptClient() = default;

void KeptClient::interrupt() { impl_->is_interrupted = true; }

Result<ClientAnswer> KeptClient::send(const ClientRequest& request, std::chrono::milliseconds more_time) {
  const std::scoped_lock lock(impl_->mutex);
  const KeptClientOptions& options = impl_->options;
  if (impl_->curl == nullptr) impl_->curl = make_curl("https", options.connect_timeout, options.timeout, {});
  if (impl_->curl == nullptr) return fail(Code::IO, "the HTTP library cannot be initialised");
  CURL* handle = impl_->curl.get();
  curl_easy_reset(handle);  // options only: the connection stays
  set_curl_options(handle, "https", options.connect_timeout, options.timeout + more_time, {});
  // The key says who it is; an authority could only say it worse.
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, impl_->pin.c_str());
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &is_interrupted);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &impl_->is_interrupted);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  if (options.certificate_file) curl_easy_setopt(handle, CURLOPT_SSLCERT, options.certificate_file->c_str());
  if (options.key_file) curl_easy_setopt(handle, CURLOPT_SSLKEY, options.key_file->c_str());
  return perform(handle, request, options.base_url + request.url, options.answer_bytes_max);
}

Result<ClientAnswer> http_get(const std::string& url, const Headers& headers, const ClientOptions& options) {
  return send_request(ClientRequest{"GET", url, headers, {}, {}}, options);
}

Result<ClientAnswer> http_post(const std::string& url, std::string content_type, std::string body, const Headers& headers,
                               const ClientOptions& options) {
  ClientRequest request{"POST", url, headers, std::move(body), {}};
  request.headers.push_back({"Content-Type", std::move(content_type)});
  return send_request(request, options);
}

}  // namespace warifu::net
