#pragma once
// The demo: two prefectural police and five providers, all invented, with people, keys, customers and the cases that the councils spoke of.
// The scenario is the same every time; keys are made at the first start. `play` acts through the same desk functions as the browser.

#include "app/node.h"

namespace warifu::app {

struct DemoAccount {
  std::string organisation, organisation_ja, login, password, pin, name, post;
  std::vector<party::Role> roles;
};

struct DemoMatter {
  std::string number;  // <organisation>:<document number>
  std::string case_;   // fixed slug
  inquiry::State state = inquiry::State::NONE;
  int acts = 0;
  law::Instrument instrument = law::Instrument::INQ;
  inquiry::State expected = inquiry::State::NONE;
};

struct DemoOptions {
  std::size_t customers = 100'000;  // of each provider
  bool with_waiting = true;         // matters at every desk, so that each page has something to show
};

// Opens the demo in this folder; makes it when there is none. The clock runs through the played days and stands at the present at the end.
class Demo {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Demo>> open(const std::string& data, const std::string& store_url, const std::string& origin,
                                                          const DemoOptions& options);
  ~Demo();

  [[nodiscard]] Node& node();
  [[nodiscard]] Result<std::vector<DemoAccount>> accounts() const;
  // The played cases as they now stand.
  [[nodiscard]] Result<std::vector<DemoMatter>> matters();
  // The PIN-sealed key file and the device secret of a demo account, for the browser that tries its desk.
  struct Device {
    std::string keyfile, device_secret;
  };
  [[nodiscard]] Result<Device> device(const party::OrganisationId& org, const PersonId& person) const;

 private:
  struct Impl;
  explicit Demo(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

BOOST_DESCRIBE_STRUCT(DemoAccount, (), (organisation, organisation_ja, login, password, pin, name, post, roles))
BOOST_DESCRIBE_STRUCT(DemoMatter, (), (number, case_, state, acts, instrument))

}  // namespace warifu::app
