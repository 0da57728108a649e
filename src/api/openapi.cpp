#include "api/openapi.h"

#include <algorithm>

#include "api/problem.h"
#include "api/routes.h"
#include "json/write.h"

namespace warifu::api {

namespace {

using json::Array;
using json::Object;
using json::Value;

Object ref(std::string_view to) { return Object({{"$ref", to}}); }

Value text_schema() { return Object({{"type", "string"}}); }

Object content(std::string_view type, Value schema) {
  Object media;
  media["schema"] = std::move(schema);
  Object out;
  out[type] = std::move(media);
  return out;
}

std::string_view media_type(Payload payload) {
  switch (payload) {
    case Payload::JSON: return "application/json";
    case Payload::CSV: return "text/csv";
    case Payload::FILE: return "application/octet-stream";
    case Payload::TEXT: return "application/json";
    case Payload::HTML: return "text/html";
    case Payload::PDF: return "application/pdf";
    case Payload::NONE: return "";
  }
  return "";
}

Object parameter(std::string_view name, std::string_view in, bool is_required, Value schema) {
  Object out({{"name", name}, {"in", in}});
  if (is_required) out["required"] = true;
  // A list is one value with commas; the name may be repeated as well.
  if (in == "query" && schema.is_object() && schema.as_object().contains("items")) {
    out["style"] = "form";
    out["explode"] = false;
  }
  out["schema"] = std::move(schema);
  return out;
}

Array parameters(const Route& route, json::SchemaSet& set) {
  Array out;
  for (const std::string& segment : route.segments)
    if (segment.starts_with('{')) {
      const std::string name = segment.substr(1, segment.size() - 2);
      Value schema = name == "organisation"                ? json::Codec<party::OrganisationId>::schema(set)
                     : name == "file" || name == "release" ? json::Codec<Sha256>::schema(set)
                                                           : json::Codec<MatterId>::schema(set);
      out.push_back(parameter(name, "path", true, std::move(schema)));
    }
  if (route.query)
    for (QueryParameter& entry : route.query(set)) out.push_back(parameter(entry.name, "query", entry.is_required, std::move(entry.schema)));
  // Optional in the description, because the generated client adds it to every write by itself; without it the answer is 400.
  if (route.write != Write::NO) out.push_back(ref("#/components/parameters/IdempotencyKey"));
  return out;
}

Object success(const Route& route, json::SchemaSet& set) {
  Object out({{"description", "OK"}});
  if (route.answer == Payload::JSON)
    out["content"] = content("application/json", route.answer_schema(set));
  else if (route.answer == Payload::FILE)
    out["content"] = content("application/octet-stream", Object());
  else if (route.answer == Payload::PDF)
    out["content"] = content("application/pdf", Object());
  else if (route.answer == Payload::CSV)
    out["content"] = content("text/csv", text_schema());
  else if (route.answer != Payload::NONE)
    out["content"] = content(media_type(route.answer), Object({{"type", "object"}}));
  return out;
}

Object operation(const Route& route, json::SchemaSet& set) {
  Object out({{"operationId", route.operation}, {"summary", route.ja}, {"description", route.en}});
  out["tags"] = Array({Value(route.tag)});
  Array security;
  if (route.access == Access::PUBLIC) {
    out["security"] = Array();
  } else {
    Object needs({{"cookie", Array()}});
    if (route.access == Access::SESSION && route.method != "GET") needs["csrf"] = Array();
    security.push_back(std::move(needs));
    out["security"] = std::move(security);
  }
  if (Array list = parameters(route, set); !list.empty()) out["parameters"] = std::move(list);
  if (route.request != Payload::NONE) {
    Object body({{"required", true}});
    body["content"] = content(media_type(route.request), route.request_schema            ? route.request_schema(set)
                                                         : route.request == Payload::CSV ? text_schema()
                                                                                         : Value(Object()));
    out["requestBody"] = std::move(body);
    out["x-body-bytes-max"] = static_cast<std::int64_t>(route.body_max);
  }
  Object responses;
  responses[std::to_string(route.status)] = success(route, set);
  responses["default"] = ref("#/components/responses/Problem");
  out["responses"] = std::move(responses);
  return out;
}

Object components(json::SchemaSet& set) {
  Object problem({{"description", "誤り:何が、どこで、どうすればよいか(RFC 9457)。 / An error: what, where, what to do (RFC 9457)."}});
  problem["content"] = content("application/problem+json", set.ref<Problem>());
  Object retry({{"description", "秒。429と503のときにだけ付きます。 / Seconds; with 429 and 503 only."}});
  retry["schema"] = Object({{"type", "integer"}});
  problem["headers"] = Object();
  problem["headers"].as_object()["Retry-After"] = std::move(retry);
  Object out;
  std::vector<std::string> names;
  for (const auto& member : set.definitions) names.emplace_back(member.key());
  std::ranges::sort(names);
  Object schemas;
  for (const std::string& name : names) schemas[name] = set.definitions[name];
  out["schemas"] = std::move(schemas);
  out["responses"] = Object();
  out["responses"].as_object()["Problem"] = std::move(problem);
  Object key = parameter("Idempotency-Key", "header", false,
                         Object({{"type", "string"},
                                 {"minLength", static_cast<std::int64_t>(limits::kIdempotencyKeyMin)},
                                 {"maxLength", static_cast<std::int64_t>(limits::kIdempotencyKeyMax)}}));
  key["description"] =
      "書き込みには必ず付けます(無いと400)。同じ値と同じ内容の繰り返しには最初の応答を返し、違う内容は422で断ります。 / Needed on every write (400 "
      "without). The same value "
      "with the same content gives the first answer again, other content is refused with 422.";
  out["parameters"] = Object();
  out["parameters"].as_object()["IdempotencyKey"] = std::move(key);
  Object schemes;
  schemes["cookie"] = Object({{"type", "apiKey"}, {"in", "cookie"}, {"name", "warifu_session"}});
  schemes["csrf"] = Object({{"type", "apiKey"}, {"in", "header"}, {"name", "X-CSRF-Token"}});
  out["securitySchemes"] = std::move(schemes);
  return out;
}

}  // namespace

Value openapi(const Router& routes) {
  json::SchemaSet set;
  std::vector<const Route*> sorted;
  for (const auto& route : routes.routes()) sorted.push_back(route.get());
  const auto rank = [](const std::string& method) { return method == "GET" ? 0 : method == "POST" ? 1 : method == "PUT" ? 2 : 3; };
  std::ranges::stable_sort(sorted,
                           [&](const Route* a, const Route* b) { return std::pair(a->path, rank(a->method)) < std::pair(b->path, rank(b->method)); });
  Object paths;
  for (const Route* route : sorted) {
    std::string method;
    for (const char c : route->method) method += static_cast<char>(c | 0x20);
    if (!paths.contains(route->path)) paths[route->path] = Object();
    paths[route->path].as_object()[method] = operation(*route, set);
  }
  Object out({{"openapi", "3.1.0"}});
  out["info"] = Object({{"title", "Warifu"},
                        {"version", "1"},
                        {"description", "割符:捜査関係事項照会の窓口。 / The desk of inquiries between agencies and providers."}});
  out["paths"] = std::move(paths);
  out["components"] = components(set);
  return out;
}

std::string openapi_text() {
  static const std::string text = json::pretty(openapi(all_routes()));
  return text;
}

}  // namespace warifu::api
