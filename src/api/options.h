#pragma once
// What the application gives the interface: the organisations this node hosts and the ports to what lies outside.

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "desk/enrolment.h"
#include "desk/login.h"
#include "desk/office.h"
#include "json/codec.h"
#include "net/static_files.h"

namespace warifu::api {

// A PIN-sealed key file and the device secret that belongs to it, handed to a browser by a demo only (docs/formats.md, "Key files").
struct KeyfileView {
  std::string keyfile;
  std::string device_secret;  // base64
};

// Everything of one organisation on this node. The application owns the parts and outlives the interface.
struct Host {
  desk::Office& office;
  desk::Logins& logins;
  desk::Enrolment& enrolment;
  std::function<Result<KeyfileView>(const PersonId&)> keyfile;  // demo only
};
using Offices = std::map<party::OrganisationId, Host>;

// Somebody to try the demo as. Never set outside a demo.
struct DemoAccount {
  party::OrganisationId organisation;
  std::string login, password, name, post;
  party::Role role = party::Role::INVESTIGATOR;
  std::string pin;
};

// One line per answered request. Nothing personal: no address, no login, no id of a person, the template of the path instead of the path.
struct LogEvent {
  std::string request, method, route;
  int status = 0;
  std::string code;          // of the error; empty on success
  std::string where;         // of the error, digits of indices included, never a value
  std::string message;       // of the error, for operators
  std::string organisation;  // of the session
  std::int64_t took_us = 0;
};

struct Options {
  std::string version = "0";
  bool is_demo = false;
  bool is_https = true;                  // false on loopback without TLS: the cookie then lacks Secure, there is no HSTS
  std::filesystem::path temp_directory;  // for uploads held in memory; the system's when empty
  std::vector<DemoAccount> demo_accounts;
  std::span<const net::Asset> assets;  // of the browser's interface; empty when it was not built
  std::function<void(const LogEvent&)> log;
  std::function<void(const party::OrganisationId&)> written;  // something was written: the outbox may have work
  std::function<std::size_t()> writer_queue;                  // commits waiting
};

BOOST_DESCRIBE_STRUCT(KeyfileView, (), (keyfile, device_secret))
BOOST_DESCRIBE_STRUCT(DemoAccount, (), (organisation, login, password, name, post, role, pin))

}  // namespace warifu::api
