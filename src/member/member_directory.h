#pragma once
// The directory as the desk of a member sees it: reads from the replica; what is new goes to the hub, signed, and is there once the replica has
// it.

#include <functional>
#include <memory>

#include "desk/directory_port.h"
#include "member/follower.h"

namespace warifu::member {

class MemberDirectory final : public desk::Directory {
 public:
  struct Parts {
    std::shared_ptr<store::DirectoryStore> replica;
    exchange::HubPort& hub;
    desk::Mailbox& mailbox;
    Follower& follower;
    std::shared_ptr<const note::Signer> sign;  // <org>/sign
    std::function<Time()> clock = now_utc;
    std::function<void()> pause;  // between two looks whether the log has it; empty: one look
  };
  explicit MemberDirectory(Parts parts) : parts_(std::move(parts)) {}

  Result<std::vector<party::Organisation>> organisations() const override { return parts_.replica->organisations(); }
  Result<std::optional<party::Organisation>> organisation(const party::OrganisationId& org) const override {
    return parts_.replica->organisation(org);
  }
  Result<std::optional<party::AnswerProfile>> profile(const party::OrganisationId& org) const override { return parts_.replica->profile(org); }
  Result<std::vector<note::VerifierKey>> organisation_keys(const party::OrganisationId& org, Time at) const override {
    return parts_.replica->organisation_keys(org, at);
  }
  Result<std::vector<desk::PublishedPerson>> person(const party::OrganisationId& org, const PersonId& person, Time at) const override {
    return parts_.replica->person(org, person, at);
  }
  Result<std::vector<note::RelyingParty>> relying_parties(const party::OrganisationId& org, Time at) const override {
    return parts_.replica->relying_parties(org, at);
  }
  Result<std::vector<std::string>> entries() const override { return parts_.replica->entries(); }
  Result<std::optional<Time>> verified_as_of() const override { return parts_.follower.verified_as_of(); }
  note::VerifierKey root() const override { return parts_.replica->root(); }
  Result<std::string> checkpoint(Time) const override { return parts_.follower.checkpoint(); }

  Status add_entry(const std::string& note) override;
  Status add_entries(const std::vector<std::string>& notes);  // in this order; waits for the log once
  Status publish_organisation(const party::Organisation& organisation) override;
  Status publish_profile(const party::AnswerProfile& profile) override;

 private:
  Status publish(exchange::DocumentKind kind, std::string body);
  Status hand_in(const std::string& note);
  Status await(const std::string& note);
  Parts parts_;
};

}  // namespace warifu::member
