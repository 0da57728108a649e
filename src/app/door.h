#pragma once
// One way in for the command line, whatever side of the server it stands on: the routes of the interface, either called in this process on
// the data folder (its owner's way; the folder's lock is taken, so never beside a running server) or over HTTP with a log-in.
// What a person must sign is signed here, with that person's key file; the PIN is asked for at the terminal and never sent.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/sensitive.h"
#include "desk/office.h"
#include "json/value.h"
#include "note/note.h"

namespace warifu::app {

// What the options say about where and as whom.
struct Access {
  std::string data, server;  // exactly one
  std::string organisation;  // may be left out where only one is hosted
  std::string as;            // login
  std::string role;          // empty: the usual one of the command
  std::string ca_file;       // of the server's certificate
  std::string keyfile, device;
  std::optional<Sensitive<std::string>> password = {};  // of the demo, which knows it; asked for otherwise
  bool password_stdin = false, pin_stdin = false;       // the password's line comes first
  bool json = false;
};

// The person's key, opened at the terminal or with a line of the standard input.
class PersonalKey {
 public:
  explicit PersonalKey(const Access& access) : access_(access) {}
  // Asks each time at the terminal: a signature is a decision of its own. From the standard input the PIN is read once.
  [[nodiscard]] Result<note::Signer> open();

 private:
  const Access& access_;
  std::optional<Sensitive<std::string>> pin_;
};

class Door {
 public:
  struct Who {
    party::OrganisationId organisation;
    party::Side side = party::Side::AGENCY;
    PersonId person;
    std::vector<party::Role> roles;
    party::Role role = party::Role::INVESTIGATOR;
  };
  virtual ~Door() = default;
  [[nodiscard]] const Who& who() const { return who_; }
  // The role asked for by --role, else `usual` when the person holds it, else the person's first.
  Status use_role(party::Role usual);
  // `target`: path and query. Null for an answer without a body.
  virtual Result<json::Value> call(std::string_view method, const std::string& target, const std::optional<json::Value>& body) = 0;
  virtual Result<json::Value> upload(const std::string& target, const std::string& file, const std::string& media_type) = 0;
  struct Saved {
    std::uint64_t bytes = 0;
    Sha256 sha256;
  };
  // What a GET answers, whatever its size, into `file`: for its owner only to read, and of that name when it is whole.
  virtual Result<Saved> download(const std::string& target, const std::string& file) = 0;
  [[nodiscard]] Result<note::Signer> key() { return key_.open(); }

 protected:
  explicit Door(const Access& access) : access_(access), key_(access_) {}
  virtual Status set_role(party::Role role) = 0;

  Access access_;
  PersonalKey key_;
  Who who_;
};

[[nodiscard]] Result<std::unique_ptr<Door>> open_door(const Access& access);

// Opens a node in a folder for a command. With `lock`: refused while a server runs.
class Node;
[[nodiscard]] Result<std::unique_ptr<Node>> open_node(const std::string& data, bool lock);
struct Hosted;
// The organisation by its id, or the only one.
[[nodiscard]] Result<Hosted*> choose(Node& node, const std::string& organisation);

// Shared by commands that print a result: JSON on one line, or what `print` writes.
int finish(const Result<json::Value>& result, bool as_json, const std::function<void(const json::Value&)>& print);
[[nodiscard]] Result<json::Value> read_json_file(const std::string& file);  // "-": standard input
// A password or a PIN's proof goes in clear to this machine only. Compared as a whole name: localhost.example is somebody else's.
[[nodiscard]] Status check_encrypted(const std::string& server);
// A string member; empty when there is none.
[[nodiscard]] std::string member_text(const json::Value& value, std::string_view name);

}  // namespace warifu::app
