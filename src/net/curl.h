#pragma once
// What the two users of libcurl in this room share: handles that free themselves and the options every transfer gets.

#include <curl/curl.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace warifu::net {

struct CurlEasyFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyFree>;

class CurlList {
 public:
  [[nodiscard]] bool append(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(list_.release());  // curl_slist_append returns the same list, longer
    list_.reset(longer);
    return true;
  }
  [[nodiscard]] curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, CurlListFree> list_;
};

// A handle with timeouts, verification on, no signals, no proxy from the environment, only `protocols` ("http,https"). Null when the
// library cannot be initialised.
[[nodiscard]] CurlEasy make_curl(const char* protocols, std::chrono::milliseconds connect_timeout, std::chrono::milliseconds timeout,
                                 const std::optional<std::filesystem::path>& ca_file);
// The same options on a handle that was reset.
void set_curl_options(CURL* handle, const char* protocols, std::chrono::milliseconds connect_timeout, std::chrono::milliseconds timeout,
                      const std::optional<std::filesystem::path>& ca_file);

}  // namespace warifu::net
