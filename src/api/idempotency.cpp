#include "api/idempotency.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"

namespace warifu::api {

Result<std::string> idempotency_key(const net::Request& request) {
  const std::optional<std::string_view> key = request.header("idempotency-key");
  if (!key) return fail(Code::IDEMPOTENCY_KEY_MISSING, "a write needs a key", "Idempotency-Key");
  const bool is_fine = key->size() >= limits::kIdempotencyKeyMin && key->size() <= limits::kIdempotencyKeyMax &&
                       std::ranges::all_of(*key, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_fine)
    return fail(Code::BAD_VALUE, "not the spelling of a key", "Idempotency-Key",
                {{"expected", std::to_string(limits::kIdempotencyKeyMin) + "-" + std::to_string(limits::kIdempotencyKeyMax) + " ASCII"}});
  return std::string(*key);
}

Result<Sha256> request_digest(const net::Request& request) {
  const Sha256 body = request.body_file ? TRY(crypto::sha256_file(request.body_file->string())) : crypto::sha256(request.body);
  crypto::Sha256Stream all;
  for (const std::string_view part :
       {std::string_view(request.method), std::string_view(request.target), request.header("content-type").value_or("")})
    all.update(std::to_string(part.size())).update(" ").update(part);
  return all.update(ByteView(body.bytes)).finish();
}

InFlight::Turn::Turn(InFlight& all, std::string name) : all_(all), name_(std::move(name)) {
  std::unique_lock lock(all_.mutex_);
  all_.freed_.wait(lock, [&] { return !all_.names_.contains(name_); });
  all_.names_.insert(name_);
}

InFlight::Turn::~Turn() {
  const std::scoped_lock lock(all_.mutex_);
  all_.names_.erase(name_);
  all_.freed_.notify_all();
}

Result<Repetition> Repetition::begin(const Route& route, const Call& call, std::string key) {
  Repetition out;
  if (route.write == Write::UNKEPT) return out;
  const Sha256 digest = TRY(request_digest(call.request));
  std::optional<desk::IdempotencyRecord> record = TRY(call.here().office.store().idempotency(call.caller.person, key));
  if (!record) {
    out.once_.emplace(desk::IdempotencyRecord{call.caller.person, std::move(key), digest, route.status, {}, {}}, route.write == Write::KEPT);
    return out;
  }
  if (record->request != digest) return fail(Code::IDEMPOTENCY_MISMATCH, "the key belongs to another request", "Idempotency-Key");
  if (route.write == Write::KEPT) out.record_ = std::move(record);
  return out;
}

std::optional<net::Response> Repetition::earlier() const {
  if (!record_) return std::nullopt;
  net::Response response = record_->response.empty() ? net::Response{} : net::text_response(record_->status, "application/json", record_->response);
  response.status = record_->status;
  response.set("Idempotency-Replayed", "true");
  return response;
}

Status Repetition::keep(const Route& route, const Call& call, const net::Response& response) {
  if (!once_) return {};
  if (once_->is_kept()) {
    CHECK_THAT(route.write != Write::KEPT || once_->answer() == response.text());
    return {};
  }
  return call.here().office.store().remember(once_->record(std::string(response.text()), call.here().office.now()));
}

}  // namespace warifu::api
