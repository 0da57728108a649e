#include "member/member_directory.h"

#include "crypto/hash.h"
#include "json/codec.h"

namespace warifu::member {

namespace {

constexpr int kLooksMax = 50;

}  // namespace

Status MemberDirectory::hand_in(const std::string& serialised) {
  const note::Note note = TRY(note::Note::parse(serialised));
  // Before it goes out: else the entry, seen in the log, would be somebody else's.
  TRY(parts_.mailbox.put_issued(note::leaf_hash(note)));
  return parts_.hub.add_entry(serialised);
}

// The hub has taken it: that it is in the log shows a moment later, and whoever asked may go on with it then.
Status MemberDirectory::await(const std::string& serialised) {
  for (int look = 0; look < kLooksMax; ++look) {
    if (parts_.follower.sync()) {
      for (const std::string& entry : TRY(parts_.replica->entries()))
        if (entry == serialised) return {};
    }
    if (!parts_.pause) return {};
    parts_.pause();
  }
  return {};
}

Status MemberDirectory::add_entry(const std::string& serialised) {
  TRY(hand_in(serialised));
  return await(serialised);
}

Status MemberDirectory::add_entries(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) TRY(hand_in(note));
  return notes.empty() ? Status{} : await(notes.back());
}

Status MemberDirectory::publish(exchange::DocumentKind kind, std::string body) {
  exchange::Document document;
  document.org = parts_.sign->verifier().name.substr(0, parts_.sign->verifier().name.find('/'));
  document.kind = kind;
  document.serial = parts_.clock();
  document.body = crypto::sha256(body);
  document.body_bytes = body.size();
  const std::vector<note::Signer> signers{*parts_.sign};
  const exchange::SignedDocument whole{TRY(note::sign_note(document.text(), signers)).serialise(), std::move(body)};
  TRY(parts_.hub.publish(whole));
  return parts_.replica->put_document(whole);
}

Status MemberDirectory::publish_organisation(const party::Organisation& organisation) {
  return publish(exchange::DocumentKind::organisation, json::encode_canonical(organisation));
}

Status MemberDirectory::publish_profile(const party::AnswerProfile& profile) {
  return publish(exchange::DocumentKind::profile, json::encode_canonical(profile));
}

}  // namespace warifu::member
