// Files attached to an answer: names, contents by type, and the unpacking of what is packed in them. First byte: which type, or one of the
// other readers.

#include "answer/file_check.h"
#include "answer/unpack.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

constexpr std::uint64_t kClaimedMax = 4 * 1024 * 1024;

void one(std::string_view input) {
  const auto types = answer::allowed_file_types();
  const std::size_t choice = take_choice(input, types.size() + 2);
  if (choice < types.size()) {
    static_cast<void>(answer::check_content(types[choice].media_type, input));
  } else if (choice == types.size()) {
    if (const auto name = answer::clean_file_name(input)) {
      hold(!name->empty() && name->front() != '.' && name->find('/') == std::string::npos && name->find('\\') == std::string::npos);
      hold(answer::clean_file_name(*name).value() == *name);
    }
  } else {
    std::uint64_t claimed = 0;
    for (int i = 0; i < 3; ++i) claimed = claimed * 256 + take_choice(input, 256);
    const answer::TextContent content(input);
    if (const auto first = answer::unpack_into_nothing(content, 0, input.size(), claimed % kClaimedMax)) hold(first->size() <= 8);
  }
}

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

// One entry; "abc" stored, or the same packed (a stored block and a fixed one of deflate).
std::string zip(std::string_view data, int method) {
  const std::string shared = little(20, 2) + little(0, 2) + little(static_cast<std::uint64_t>(method), 2) + little(0, 4) + little(0x352441c2, 4) +
                             little(data.size(), 4) + little(3, 4) + little(5, 2) + little(0, 2);
  const std::string local = "PK\x03\x04" + shared + "a.csv" + std::string(data);
  const std::string central =
      "PK\x01\x02" + little(20, 2) + shared + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + "a.csv";
  return local + central + "PK\x05\x06" + little(0, 4) + little(1, 2) + little(1, 2) + little(central.size(), 4) + little(local.size(), 4) +
         little(0, 2);
}

std::vector<std::string> seeds() {
  const std::string stored_block = std::string("\x01\x03\x00\xfc\xff", 5) + "abc", fixed_block = "\x4b\x4c\x4a\x06\x00";
  std::vector<std::string> out;
  const std::size_t types = answer::allowed_file_types().size();
  const std::vector<std::string> contents{
      zip("abc", 0), zip(stored_block, 8), "%PDF-1.7\n%%EOF\n", "a,b\r\n1,2\r\n", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xe0", "{}"};
  for (std::size_t i = 0; i < types; ++i)
    for (const std::string& content : contents) out.push_back(chosen(i, content));
  out.push_back(chosen(types, "../回答.csv"));
  out.push_back(chosen(types + 1, little(0, 2) + "\x03" + stored_block));
  out.push_back(chosen(types + 1, little(0, 2) + "\x03" + std::string(fixed_block.c_str(), 5)));
  return out;
}

const Registered registered({"attachment", one, seeds});

}  // namespace
}  // namespace warifu::fuzz
