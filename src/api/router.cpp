#include "api/router.h"

#include <algorithm>

namespace warifu::api {

namespace {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    out.emplace_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end);
  }
  return out;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

// "POST /api/matters/{matter}/send-back" is "post_matters_send_back": stable names for generated clients.
std::string operation_name(std::string_view method, const std::vector<std::string>& segments) {
  std::string out;
  for (const char c : method) out += static_cast<char>(c | 0x20);
  for (const std::string& segment : segments) {
    if (segment == "api") continue;
    std::string word = is_parameter(segment) ? segment.substr(1, segment.size() - 2) : segment;
    for (char& c : word)
      if (c == '-' || c == '.') c = '_';
    out += (is_parameter(segment) ? "_by_" : "_") + word;
  }
  return out;
}

bool fits(const Route& route, const std::vector<std::string>& segments) {
  if (route.segments.size() != segments.size()) return false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (is_parameter(route.segments[i])) {
      if (segments[i].empty()) return false;
    } else if (route.segments[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

Route Router::blank(const Spec& spec) {
  Route route;
  route.method = spec.method;
  route.path = spec.path;
  route.tag = spec.tag;
  route.ja = spec.ja;
  route.en = spec.en;
  route.access = spec.access;
  route.write = spec.write;
  route.status = spec.status;
  route.body_max = spec.body_max;
  route.segments = split_path(spec.path);
  route.operation = operation_name(spec.method, route.segments);
  return route;
}

Route& Router::insert(Route route) {
  for (const auto& other : routes_) CHECK_THAT(other->operation != route.operation && (other->method != route.method || other->path != route.path));
  if (route.request == Payload::NONE) route.body_max = 0;
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  return *routes_.back();
}

Result<Match> Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  if (method == "HEAD") method = "GET";
  std::string allowed;
  Match best;
  std::size_t best_parameters = 0;
  for (const auto& route : routes_) {
    if (!fits(*route, segments)) continue;
    allowed += (allowed.empty() ? "" : ", ") + route->method + (route->method == "GET" ? ", HEAD" : "");
    if (route->method != method) continue;
    // A written word wins over a parameter.
    const auto parameters = static_cast<std::size_t>(std::ranges::count_if(route->segments, is_parameter));
    if (best.route != nullptr && parameters >= best_parameters) continue;
    best.route = route.get();
    best_parameters = parameters;
  }
  if (best.route == nullptr && allowed.empty()) return fail(Code::NOT_FOUND, "no such route", "path");
  if (best.route == nullptr) return fail(Code::METHOD_NOT_ALLOWED, "another method", {}, {{"expected", allowed}});
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& name = best.route->segments[i];
    if (is_parameter(name)) best.path.emplace(name.substr(1, name.size() - 2), segments[i]);
  }
  return best;
}

bool has_media_type(const net::Request& request, std::string_view type) {
  std::string_view given = request.header("content-type").value_or("");
  given = given.substr(0, given.find(';'));
  while (given.ends_with(' ') || given.ends_with('\t')) given.remove_suffix(1);
  return std::ranges::equal(given, type, [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && (a | 0x20) == b); });
}

Status Router::check_json(const net::Request& request) {
  if (!has_media_type(request, "application/json"))
    return fail(Code::BAD_MEDIA_TYPE, "the body must be JSON", "Content-Type",
                {{"expected", "Content-Type: application/json"}, {"actual", std::string(request.header("content-type").value_or(""))}});
  return {};
}

Result<json::Value> Router::parse_body(const net::Request& request) {
  TRY(check_json(request));
  Result<json::Value> parsed = json::parse(request.body, limits::kJsonBytesMax);
  if (!parsed) return tl::unexpected<Error>(in_body(std::move(parsed).error()));
  return parsed;
}

// What concerns the body as a whole has a name too.
Error Router::in_body(Error error) {
  if (error.where.empty()) error.where = "body";
  return error;
}

Status Router::no_body(const net::Request& request) {
  if (request.body_size != 0 || !request.body.empty()) return fail(Code::BAD_REQUEST, "this route takes no body");
  return {};
}

}  // namespace warifu::api
