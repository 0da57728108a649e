#pragma once
// For tests only: a member of the exchange who does what no node of ours does. It has its own keys, is admitted, and seals, signs and posts whatever
// it likes.

#include "base/file.h"
#include "crypto/random.h"
#include "exchange/acts_body.h"
#include "exchange/part_transfer.h"
#include "inquiry/bodies.h"
#include "json/codec.h"
#include "member/testing_exchange.h"

namespace warifu::member {

class Foe {
 public:
  // A member that writes by a program of its own.
  Foe(TestingExchange& exchange, House& house)
      : e_(exchange), org_(house.office.self.id), sign_(house.office.signer), replica_(house.replica), people_(&house.office.person_signers) {}
  // A third one, which has nothing to do with what the two others do.
  Foe(TestingExchange& exchange, std::string_view org, party::Side side)
      : e_(exchange),
        org_(party::OrganisationId::parse(org).value()),
        sign_(std::make_shared<note::Signer>(TestingHub::signer(note::sign_name(org)))),
        replica_(exchange.agency.replica) {
    party::Organisation self = exchange.agency.office.self;
    self.id = org_;
    self.side = side;
    desk::must(exchange.world.directory().publish_organisation(self));
    exchange.world.directory().put_key(org_, sign_->verifier(), Time{0}, e_.clock() + days(365));
    admit(side);
  }

  [[nodiscard]] const party::OrganisationId& org() const { return org_; }
  [[nodiscard]] const note::Signer& signer() const { return *sign_; }

  // An act as its own program writes it: by the node, or by a person in that role under the person's own signature where the kind asks for one.
  template <class Body>
  [[nodiscard]] inquiry::SignedAct act(const MatterId& matter, inquiry::Kind kind, Body body, std::vector<Sha256> after,
                                       const std::function<void(inquiry::Act&)>& change = {}) const {
    body.salt = to_base64(crypto::random_bytes(32));
    return act_of(matter, kind, json::encode_canonical(body), std::move(after), change);
  }
  [[nodiscard]] inquiry::SignedAct act_of(const MatterId& matter, inquiry::Kind kind, std::string body, std::vector<Sha256> after,
                                          const std::function<void(inquiry::Act&)>& change = {}) const {
    inquiry::Act out;
    out.id = ActId::random();
    out.matter = matter;
    out.kind = kind;
    out.org = org_;
    out.role = inquiry::rule_of(kind).roles.front();
    if (out.role != party::Role::NODE) out.person = PersonId::random();
    out.at = e_.clock();
    std::ranges::sort(after);
    out.after = std::move(after);
    out.body = crypto::sha256(body);
    out.body_bytes = body.size();
    if (change) change(out);
    std::vector<note::Signer> signers{*sign_};
    for (const std::map<PersonId, note::Signer>* known : {people_, &own_})
      if (known != nullptr && out.person)
        if (const auto own = known->find(*out.person); own != known->end()) signers.push_back(own->second);
    return desk::must(inquiry::SignedAct::create(desk::must(note::sign_note(out.text(), signers)).serialise(), std::move(body)));
  }
  // An answer that names these files, by somebody who may release it where it comes from.
  [[nodiscard]] inquiry::SignedAct answer(const MatterId& matter, const Sha256& of, const PersonId& releaser, const std::vector<Sha256>& files,
                                          const std::function<void(inquiry::Act&)>& change = {}) const {
    inquiry::ReleasedBody body;
    body.of = of;
    body.answer.items.emplace_back();
    for (const Sha256& file : files) body.answer.items[0].files.push_back({"list.csv", "text/csv", file, 1});
    return act(matter, inquiry::Kind::RELEASED, body, {of}, [&](inquiry::Act& act) {
      act.person = releaser;
      if (change) change(act);
    });
  }
  // Harmless, of an agency, in a matter that it has dispatched.
  [[nodiscard]] inquiry::SignedAct reminder(const MatterId& matter, std::vector<Sha256> after,
                                            const std::function<void(inquiry::Act&)>& change = {}) const {
    return act(matter, inquiry::Kind::REMINDED, inquiry::MessageBody{{}, {}, "督促"}, std::move(after), change);
  }

  // Of a message that carries these acts and reads well.
  [[nodiscard]] exchange::OutgoingMessage message(const House& to, const MatterId& thread, std::string body,
                                                  exchange::MessageType type = exchange::MessageType::acts) const {
    exchange::OutgoingMessage out;
    out.thread = thread;
    out.to = {desk::must(recipient_for(*replica_, to.office.self.id, e_.clock()))};
    out.type = type;
    out.body = std::move(body);
    out.created = e_.clock();
    out.expires = e_.clock() + days(1);
    return out;
  }
  [[nodiscard]] exchange::OutgoingMessage message(const House& to, const MatterId& thread, const std::vector<inquiry::SignedAct>& acts) const {
    return message(to, thread, desk::must(exchange::spell_acts(acts)));
  }
  [[nodiscard]] exchange::SealedMessage sealed(const exchange::OutgoingMessage& message) const {
    return desk::must(exchange::seal_message(message, *sign_, e_.hub.network().log.name));
  }
  exchange::SealedMessage post(const exchange::OutgoingMessage& message) const { return post(sealed(message)); }
  exchange::SealedMessage post(exchange::SealedMessage sealed) const {
    TestingLine line(e_.hub, org_.text());
    desk::must(desk::must(line.post({{sealed.envelope, sealed.leaf, std::string(text_of(sealed.object))}})).front());
    return sealed;
  }
  // A file of its own at the hub, as the manifest of a good message names it.
  [[nodiscard]] exchange::Attachment upload(const House& to, const std::string& content) const {
    const std::string path = e_.folder.file(exchange::MessageId::random().hex());
    desk::must(write_file_durably(path, bytes_of(content), 0600));
    const auto recipient = desk::must(recipient_for(*replica_, to.office.self.id, e_.clock()));
    desk::must(exchange::seal_file(path, {path + ".age", {recipient.key}, "text/csv"}));
    TestingLine line(e_.hub, org_.text());
    exchange::HubParts port(line);
    exchange::PartUpload upload = desk::must(exchange::PartUpload::open(path + ".age"));
    desk::must(upload.run(port));
    return upload.sealed().attachment;
  }
  // Somebody in that role, with a key in the directory.
  PersonId hire(party::Role role) {
    const PersonId person = PersonId::random();
    note::Signer own = desk::must(note::Signer::create(note::person_name(org_.text(), person), crypto::Ed25519Secret::generate()));
    e_.world.directory().put_person({org_, person, role, std::nullopt, std::nullopt, own.verifier(), Time{0}, e_.clock() + days(365)});
    own_.emplace(person, std::move(own));
    return person;
  }
  // A receipt for these messages.
  exchange::SealedMessage acknowledge(const House& to, const MatterId& thread, std::vector<exchange::ReceiptLine> lines) const {
    return post(message(to, thread, json::encode_canonical(exchange::ReceiptBody{std::move(lines)}), exchange::MessageType::receipt));
  }

 private:
  void admit(party::Side side) {
    const std::string& hub_keys = e_.hub.keys.signer.verifier().name;
    const note::Signer root = TestingHub::signer(note::root_name(org_.text()));
    const Time from = Time::from_seconds((e_.clock() - days(1)).seconds());
    const note::MemberEntry entry{hub_keys, org_.text(), side == party::Side::AGENCY ? "agency" : "provider", root.verifier(), from};
    hand_in(desk::must(entry.text()), {root, e_.hub.admitters[0], e_.hub.admitters[1]});
    note::KeyEntry key;
    key.origin = hub_keys;
    key.org = org_.text();
    key.key.assign(sign_->verifier().key.bytes.begin(), sign_->verifier().key.bytes.end());
    key.valid = {from, from + days(365)};
    hand_in(desk::must(key.text()), {root});
    key = desk::seal_entry(crypto::AgeIdentity::generate().recipient());
    key.origin = hub_keys;
    key.org = org_.text();
    key.valid = {from, from + days(90)};
    hand_in(desk::must(key.text()), {root});
    e_.hub.keys.publish();
    for (House* house : {&e_.agency, &e_.provider}) desk::must(house->member->watch());
  }
  void hand_in(const std::string& text, const std::vector<note::Signer>& signers) {
    e_.hub.keys.append(desk::must(note::sign_note(text, signers)).serialise());
  }

  TestingExchange& e_;
  party::OrganisationId org_;
  std::shared_ptr<const note::Signer> sign_;
  std::shared_ptr<store::DirectoryStore> replica_;
  const std::map<PersonId, note::Signer>* people_ = nullptr;
  std::map<PersonId, note::Signer> own_;
};

}  // namespace warifu::member
