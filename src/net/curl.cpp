#include "net/curl.h"

namespace warifu::net {

CurlEasy make_curl(const char* protocols, std::chrono::milliseconds connect_timeout, std::chrono::milliseconds timeout,
                   const std::optional<std::filesystem::path>& ca_file) {
  // curl_global_init is safe to call from threads with the OpenSSL back end since 7.84; a local static runs it once.
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kInitialised != CURLE_OK) return nullptr;
  CurlEasy curl(curl_easy_init());
  if (curl == nullptr) return nullptr;
  set_curl_options(curl.get(), protocols, connect_timeout, timeout, ca_file);
  return curl;
}

void set_curl_options(CURL* handle, const char* protocols, std::chrono::milliseconds connect_timeout, std::chrono::milliseconds timeout,
                      const std::optional<std::filesystem::path>& ca_file) {
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (ca_file) curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file->c_str());
}

}  // namespace warifu::net
