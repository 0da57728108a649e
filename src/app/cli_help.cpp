// Man page and completions, made from the tree of commands itself, so that they never lag behind it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "app/cli.h"
#include "app/config.h"

namespace warifu::app {

namespace {

std::vector<const CLI::App*> children(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* one) { return !one->get_name().empty() && !one->get_group().empty(); });  // without a group: hidden
}

// Text of a man page: a backslash is \e, a hyphen of an option is \-, a line never begins with a control character.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\n')
      out += ' ';
    else
      out += c;
  }
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out = "\\&" + out;
  return out;
}

std::string names_of(const CLI::Option& option) {
  std::string out;
  for (const std::string& name : option.get_snames()) out += (out.empty() ? "" : ", ") + ("-" + name);
  for (const std::string& name : option.get_lnames()) out += (out.empty() ? "" : ", ") + ("--" + name);
  return out;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }
bool is_help(const CLI::Option& option) { return option.check_name("--help"); }

std::string usage_of(const CLI::App& app, const std::string& path) {
  std::string out = ".B " + roff(path) + "\n";
  for (const CLI::Option* option : app.get_options()) {
    if (is_help(*option)) continue;
    if (option->get_positional())
      out += option->get_required() ? ".I " + roff(option->get_single_name()) + "\n" : ".RI [ " + roff(option->get_single_name()) + " ]\n";
  }
  return out;
}

void write_command(const CLI::App& app, const std::string& path, std::string& out) {
  const auto below = children(app);
  if (below.empty()) {
    out += ".SS " + roff(path) + "\n" + roff(app.get_description()) + ".\n.PP\n" + usage_of(app, path);
    for (const CLI::Option* option : app.get_options()) {
      if (is_help(*option)) continue;
      out += ".TP\n";
      if (option->get_positional())
        out += ".I " + roff(option->get_single_name()) + "\n";
      else
        out += ".B " + roff(names_of(*option)) + (takes_value(*option) ? " \\fIVALUE\\fR" : "") + "\n";
      std::string text = option->get_description();
      if (!option->get_default_str().empty()) text += " (default: " + option->get_default_str() + ")";
      if (option->get_required()) text += " (required)";
      out += roff(text) + "\n";
    }
    return;
  }
  for (const CLI::App* child : below) write_command(*child, path + " " + child->get_name(), out);
}

// Every command with the words that may follow it: subcommands and options.
struct Words {
  std::string path;  // "inquiry list"; empty for the root
  std::vector<std::string> commands, options;
  std::vector<std::pair<std::string, std::string>> help;  // of each word
};

void collect(const CLI::App& app, const std::string& path, std::vector<Words>& out) {
  Words words;
  words.path = path;
  for (const CLI::App* child : children(app)) {
    words.commands.push_back(child->get_name());
    words.help.emplace_back(child->get_name(), child->get_description());
  }
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) {
      words.options.push_back("--" + name);
      words.help.emplace_back("--" + name, option->get_description());
    }
  out.push_back(words);
  for (const CLI::App* child : children(app)) collect(*child, path.empty() ? child->get_name() : path + " " + child->get_name(), out);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// Single quotes of a shell.
std::string shell_quoted(std::string_view text, bool is_fish = false) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += is_fish ? "\\'" : "'\\''";
    else if (c == '\\' && is_fish)
      out += "\\\\";
    else
      out += c;
  }
  return out + "'";
}

// The command words before the cursor are found by walking what was typed; options and their values are skipped.
std::string bash_script(const std::vector<Words>& all) {
  std::string out =
      "# bash completion of warifu\n_warifu() {\n  local word path='' words='' current=\"${COMP_WORDS[COMP_CWORD]}\" i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n    word=\"${COMP_WORDS[i]}\"\n    case \"$path $word\" in\n";
  for (const Words& one : all)
    if (!one.path.empty()) {
      const std::size_t space = one.path.rfind(' ');
      const std::string above = space == std::string::npos ? "" : one.path.substr(0, space),
                        last = space == std::string::npos ? one.path : one.path.substr(space + 1);
      out += "      " + shell_quoted(above + " " + last) + ") path=" + shell_quoted(one.path) + " ;;\n";
    }
  out += "    esac\n  done\n  case \"$path\" in\n";
  for (const Words& one : all) {
    std::vector<std::string> words = one.commands;
    words.insert(words.end(), one.options.begin(), one.options.end());
    out += "    " + shell_quoted(one.path) + ") words=" + shell_quoted(joined(words)) + " ;;\n";
  }
  out += "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\ncomplete -o default -F _warifu warifu\n";
  return out;
}

std::string zsh_script(const std::vector<Words>& all) {
  std::string out =
      "#compdef warifu\n# zsh completion of warifu\n_warifu() {\n  local place='' word\n  local -a found\n  for word in \"${words[@]:1:$((CURRENT - "
      "2))}\"; do\n    case \"$place $word\" in\n";
  for (const Words& one : all)
    if (!one.path.empty()) {
      const std::size_t space = one.path.rfind(' ');
      const std::string above = space == std::string::npos ? "" : one.path.substr(0, space),
                        last = space == std::string::npos ? one.path : one.path.substr(space + 1);
      out += "      " + shell_quoted(above + " " + last) + ") place=" + shell_quoted(one.path) + " ;;\n";
    }
  out += "    esac\n  done\n  case \"$place\" in\n";
  for (const Words& one : all) {
    out += "    " + shell_quoted(one.path) + ")\n      found=(\n";
    for (const auto& [word, help] : one.help) {
      std::string text = help;
      std::ranges::replace(text, ':', ' ');
      out += "        " + shell_quoted(word + ":" + text) + "\n";
    }
    out += "      ) ;;\n";
  }
  // Found through fpath, the file is the function's first call; sourced, it only says what it is for.
  out +=
      "  esac\n  _describe 'warifu' found || _files\n}\n"
      "if [[ ${funcstack[1]} == _warifu ]]; then _warifu \"$@\"; else compdef _warifu warifu; fi\n";
  return out;
}

std::string fish_script(const std::vector<Words>& all) {
  std::string out =
      "# fish completion of warifu\nfunction __warifu_path\n  set -l path ''\n  for word in (commandline -opc)[2..-1]\n    switch \"$path $word\"\n";
  for (const Words& one : all)
    if (!one.path.empty()) {
      const std::size_t space = one.path.rfind(' ');
      const std::string above = space == std::string::npos ? "" : one.path.substr(0, space),
                        last = space == std::string::npos ? one.path : one.path.substr(space + 1);
      out += "      case " + shell_quoted(above + " " + last, true) + "\n        set path " + shell_quoted(one.path, true) + "\n";
    }
  out += "    end\n  end\n  test \"$path\" = \"$argv[1]\"\nend\n";
  for (const Words& one : all)
    for (const auto& [word, help] : one.help) {
      out += "complete -c warifu -n " + shell_quoted("__warifu_path \"" + one.path + "\"", true);
      out += word.starts_with("--") ? " -l " + word.substr(2) : " -f -a " + word;
      out += " -d " + shell_quoted(help, true) + "\n";
    }
  return out;
}

int put(const std::string& text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1; }

}  // namespace

std::string man_page(const CLI::App& root) {
  std::string out = ".TH WARIFU 1 \"\" \"warifu " WARIFU_VERSION
                    "\" \"Warifu\"\n.SH NAME\nwarifu \\- exchange of inquiries between investigators and providers\n.SH SYNOPSIS\n.B warifu\n"
                    ".I command\n.RI [ options ]\n.SH DESCRIPTION\n";
  out +=
      "Warifu carries inquiries (Code of Criminal Procedure article 197 paragraph 2) from the draft to the answer. Every step is a signed act. "
      "One executable plays every part; each command explains itself with \\fB\\-\\-help\\fR.\n.SH COMMANDS\n";
  for (const CLI::App* child : children(root)) write_command(*child, "warifu " + child->get_name(), out);
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nIt failed; why is said in Japanese and English, or as JSON with \\fB\\-\\-json\\fR.\n.TP\n.B "
      "2\nWrong use; for \\fBevidence verify\\fR also: no root.\n.TP\n.B 3\nOf \\fBevidence\\fR: done, nothing is wrong, and of some message there "
      "is "
      "the hub's promise only.\n";
  out += ".SH ENVIRONMENT\n";
  for (const Setting& setting : settings()) out += ".TP\n.B " + roff(setting.variable()) + "\n" + roff(setting.en) + ".\n";
  for (const auto& [name, text] : {std::pair{"WARIFU_PASSWORD", "Password for \\-\\-server."},
                                   std::pair{"WARIFU_PASSPHRASE", "Passphrase of an admitter's key."},
                                   {"WARIFU_KEYFILE", "Personal key file."},
                                   {"WARIFU_DEVICE", "Device secret of that key."}})
    out += std::string(".TP\n.B ") + name + "\n" + text + "\n";
  out +=
      ".SH FILES\n.TP\n.I DIR/warifu.toml\nConfiguration of the node in DIR, see \\fBwarifu config \\-\\-print\\-defaults\\fR.\n.TP\n.I "
      "DIR/root.vkey\nThe public keys of directory, log and admitters: what evidence and backups are verified against; a member's may name the "
      "witnesses it wants.\n";
  return out;
}

std::string completion_script(const CLI::App& root, const std::string& shell) {
  std::vector<Words> all;
  collect(root, "", all);
  if (shell == "bash") return bash_script(all);
  if (shell == "zsh") return zsh_script(all);
  if (shell == "fish") return fish_script(all);
  return {};
}

void add_help_commands(CLI::App& root, int& code) {
  CLI::App* help = root.add_subcommand("help", "This overview, or the man page");
  const auto man = std::make_shared<bool>(false);
  help->add_flag("--man", *man, "Print the man page (groff -man)");
  help->callback([man, &root, &code] { code = put(*man ? man_page(root) : root.help("", CLI::AppFormatMode::All)); });
  CLI::App* completion = root.add_subcommand("completion", "Print the completion of a shell");
  const auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([shell, &root, &code] { code = put(completion_script(root, *shell)); });
}

}  // namespace warifu::app
