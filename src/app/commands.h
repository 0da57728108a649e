#pragma once
// The command line: one group of commands per file, each a function from options to an exit code (0 done, 1 it failed, 2 wrong use).

#include <string>

#include "base/error.h"

namespace warifu::app {

int run_command_line(int argc, char** argv);

// Says what is wrong in Japanese and English on the standard error output, or as JSON on the standard output.
int report(const Error& error, bool as_json);

struct DemoCommand {
  std::string data, listen = "127.0.0.1:8080", store_url;
  bool once = false, json = false;
  std::size_t customers = 100'000;
};
int run_demo(const DemoCommand& command);
int serve_demo(const DemoCommand& command);

struct EvidenceExport {
  std::string number, data, out, as;
  bool json = false;
};
int run_evidence_export(const EvidenceExport& command);

struct EvidenceVerify {
  std::string file, root;
  bool json = false;
};
int run_evidence_verify(const EvidenceVerify& command);

struct RebuildCommand {
  std::string data;
  bool check = false, json = false;
};
int run_rebuild(const RebuildCommand& command);

int run_openapi();  // prints the description of the interface

}  // namespace warifu::app
